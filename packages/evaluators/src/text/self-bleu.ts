import { checkWhole, LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from '../additive-metric.js';
import { checkChoice } from '../check-choice.js';
import type { BleuSmoothing } from './bleu-score.js';
import { scoreOf } from './bleu.js';
import { counts, ngrams, words } from './references.js';

/** Options of {@link selfBleu}. */
export interface SelfBleuOptions {
  /** The longest n-grams. @defaultValue 4 */
  readonly order?: number;
  /**
   * What becomes of orders without a match: a score of 0, or 0.1 matches ("method 1" of NLTK, which also counts one n-gram of an
   * order that a text is too short for). @defaultValue 'none'
   */
  readonly smoothing?: 'none' | 'floor';
  /** Makes tokens of a text. @defaultValue the parts between white space */
  readonly tokenise?: (text: string) => readonly string[];
}

/**
 * How much texts repeat each other, in `[0, 1]`: BLEU of each text against all others, mean over texts; 1 where all are the
 * same and as long as the longest n-grams. One pass over the n-grams serves all texts. A resample keeps each text's score
 * against the whole set.
 *
 * @throws LimbeckError `invalid-option`; from `rows`: `empty-data` for fewer than two texts
 * @see Zhu et al., "Texygen: A Benchmarking Platform for Text Generation Models", 2018, §3.
 */
export function selfBleu(
  options: SelfBleuOptions = {},
): AdditiveMetric<readonly string[], undefined> {
  const { order = 4, smoothing = 'none', tokenise = words } = options;
  checkWhole('selfBleu', { order }, 1, 'Use 4.');
  checkChoice('selfBleu', { smoothing }, ['none', 'floor']);
  return meanMetric(`selfBleu-${order}`, false, (texts) => {
    if (texts.length < 2) {
      throw new LimbeckError('empty-data', {
        where: 'selfBleu',
        given: `${texts.length} texts`,
        expected: 'at least two',
        next: 'Measure more texts: one has no others to repeat.',
      });
    }
    const rows = rowsAgainstOthers(texts.map(tokenise), order);
    const how: BleuSmoothing = { smoothing };
    return Float64Array.from(rows, (row) => {
      for (let n = order; n < 2 * order; n++) row[n] = Math.max(1, row[n]!);
      return scoreOf(row, order, how) / 100;
    });
  });
}

/** The most occurrences of an n-gram in one text, which text that is, and the most in any other. */
interface Most {
  count: number;
  text: number;
  others: number;
}

/** BLEU's counts of each text against all others: matches by order, totals by order, length, closest length. */
function rowsAgainstOthers(texts: readonly (readonly string[])[], order: number): Float64Array[] {
  const rows = texts.map(() => new Float64Array(2 * order + 2));
  for (let n = 1; n <= order; n++) {
    const most = new Map<string, Most>();
    const all = texts.map((tokens) => counts(ngrams(tokens, n)));
    all.forEach((grams, text) => {
      for (const [gram, count] of grams) {
        const held = most.get(gram);
        if (held === undefined) most.set(gram, { count, text, others: 0 });
        else if (count > held.count) most.set(gram, { count, text, others: held.count });
        else held.others = Math.max(held.others, count);
      }
    });
    all.forEach((grams, text) => {
      for (const [gram, count] of grams) {
        const held = most.get(gram)!;
        const elsewhere = held.text === text ? held.others : held.count;
        rows[text]![n - 1]! += Math.min(count, elsewhere);
        rows[text]![order + n - 1]! += count;
      }
    });
  }
  const lengths = closestLengths(texts.map((tokens) => tokens.length));
  texts.forEach((tokens, i) => rows[i]!.set([tokens.length, lengths[i]!], 2 * order));
  return rows;
}

/** The length among the others nearest to each length, the shorter of two equally near. */
function closestLengths(lengths: readonly number[]): number[] {
  const often = new Map<number, number>();
  for (const length of lengths) often.set(length, (often.get(length) ?? 0) + 1);
  const sorted = [...often.keys()].sort((a, b) => a - b);
  const place = new Map(sorted.map((length, at) => [length, at]));
  return lengths.map((length) => {
    if (often.get(length)! > 1) return length;
    const [below, above] = [sorted[place.get(length)! - 1], sorted[place.get(length)! + 1]];
    if (below === undefined) return above!;
    if (above === undefined) return below;
    return length - below <= above - length ? below : above;
  });
}
