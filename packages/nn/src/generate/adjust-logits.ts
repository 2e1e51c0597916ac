import { LimbeckError } from '@limbeck/core';
import type { Sequences } from './sequences.js';

/** What a hook on logits sees. */
export interface LogitsGiven {
  /** Logits of the next token, `[vocabulary]`: a copy that may be changed in place. */
  readonly logits: Float32Array;
  /** The sequence so far, prompt included. */
  readonly tokens: readonly number[];
  /** Which prompt it belongs to. */
  readonly prompt: number;
  /** How many tokens have been made. */
  readonly made: number;
}

/** Changes logits before a token is chosen: in place, or by giving others of the same length. −∞ forbids a token. */
export type LogitsHook = (given: LogitsGiven) => Float32Array | void;

/**
 * The logits of all sequences, after the hook for those that go on.
 *
 * @throws LimbeckError `shape-mismatch` for a hook's logits of another length; `non-finite-data` for NaN or +∞;
 * `invalid-data` if the hook forbids every token
 */
export async function adjustedLogits(
  sequences: Sequences,
  hook: LogitsHook | undefined,
  given: {
    readonly made: number;
    readonly promptOf: (row: number) => number;
    readonly goesOn: (row: number) => boolean;
  },
): Promise<Float32Array[]> {
  const { made, promptOf, goesOn } = given;
  const all = await sequences.next();
  return all.map((own, row) => {
    // What has ended is only carried along: a hook may know of nothing that could follow.
    if (!goesOn(row)) return own;
    const prompt = promptOf(row);
    const vocabulary = own.length;
    const logits = hook?.({ logits: own, tokens: sequences.tokens(row), prompt, made }) ?? own;
    check(logits, vocabulary, prompt, made);
    return logits;
  });
}

function check(logits: Float32Array, vocabulary: number, prompt: number, made: number): void {
  const where = `generate, prompt ${prompt}, token ${made}`;
  if (logits.length !== vocabulary) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${logits.length} logits from the hook`,
      expected: `${vocabulary}, one a token`,
      next: 'Forbid a token with -Infinity instead of leaving it out.',
    });
  }
  let allowed = 0;
  // Counted by index: this runs over a whole vocabulary for every token.
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    if (logit > -Infinity) allowed++;
    if (logit < Infinity) continue;
    throw new LimbeckError('non-finite-data', {
      where,
      given: `the logit ${logit}`,
      expected: 'finite numbers, or -Infinity for a token that must not come',
      next: 'Check the weights and the hook.',
    });
  }
  if (allowed > 0) return;
  throw new LimbeckError('invalid-data', {
    where,
    given: '-Infinity for every token',
    expected: 'at least one token that may come',
    next: 'Let the hook leave a stop token.',
  });
}
