import { LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, additiveMetric } from '../additive-metric.js';
import { undefinedMetric } from '../undefined-metric.js';

/** The logarithm of the probability of each token, in nats, by text. */
export type TokenLogProbabilities = readonly ArrayLike<number>[];

/**
 * Perplexity: the number of equally likely tokens that would be as hard to guess, from 1 on; over all tokens of all texts.
 *
 * ```text
 * perplexity = exp(− Σ log p(token) / tokens)
 * ```
 *
 * @throws LimbeckError, from `rows`: `non-finite-data` for a probability of 0 or NaN, `invalid-data` for one above 1; from `value`:
 * `undefined-metric` without a token
 */
export function perplexity(): AdditiveMetric<TokenLogProbabilities, undefined> {
  return additiveMetric({
    name: 'perplexity',
    higherIsBetter: false,
    rows(texts) {
      const data = new Float64Array(2 * texts.length);
      texts.forEach((tokens, i) => {
        for (let t = 0; t < tokens.length; t++) data[2 * i]! += checkToken(tokens[t]!, i, t);
        data[2 * i + 1] = tokens.length;
      });
      return { columns: 2, data };
    },
    sums: () => 2,
    add(rows, item, into, offset) {
      into[offset]! += rows.data[2 * item]!;
      into[offset + 1]! += rows.data[2 * item + 1]!;
    },
    finish([sum, tokens]) {
      if (tokens! > 0) return Math.exp(-sum! / tokens!);
      return undefinedMetric('perplexity', 'no token', 'texts with a token');
    },
  });
}

function checkToken(logP: number, text: number, token: number): number {
  // Sums of float32 exponentials may lie a rounding error above 1.
  if (Number.isFinite(logP) && logP <= 1e-5) return logP;
  throw new LimbeckError(Number.isFinite(logP) ? 'invalid-data' : 'non-finite-data', {
    where: 'perplexity',
    given: `${logP} for token ${token} of text ${text}`,
    expected: 'the logarithm of a probability above 0',
    next: 'Pass what a logarithmic softmax gave for the token that stands there.',
  });
}
