import { checkPositive, checkWhole } from '@limbeck/core';
import { type AdditiveMetric, additiveMetric, some } from '../additive-metric.js';
import {
  counts,
  ngrams,
  overlapOf,
  referenceLists,
  type TextReferences,
  words,
} from './references.js';

/** Options of {@link chrf}. */
export interface ChrfOptions {
  /** The longest runs of characters. @defaultValue 6 */
  readonly characters?: number;
  /** The longest runs of words; 2 makes it chrF++. @defaultValue 0 */
  readonly words?: number;
  /** How many times recall counts as much as precision. @defaultValue 2 */
  readonly beta?: number;
}

/**
 * chrF over a corpus, in `[0, 100]`, as sacreBLEU 2 computes it: counts are summed over all texts; precision and recall are
 * the means over the orders for which both sides have n-grams; white space is left out. A row holds one text's counts
 * against the reference that suits it best.
 *
 * ```text
 * chrF = 100 · (1 + β²) P R / (β² P + R)
 * ```
 *
 * @throws LimbeckError `invalid-option`; from `rows`: `shape-mismatch`, `empty-data`, `invalid-data`; from `value`: `empty-data`
 * @see Popović, "chrF: character n-gram F-score for automatic MT evaluation", 2015; "chrF++: words helping character n-grams", 2017.
 */
export function chrf(options: ChrfOptions = {}): AdditiveMetric<readonly string[], TextReferences> {
  const { characters = 6, words: wordOrders = 0, beta = 2 } = options;
  checkWhole('chrf', { characters }, 1, 'Use 6.');
  checkWhole('chrf', { words: wordOrders }, 0, 'Use 0, or 2 for chrF++.');
  checkPositive('chrf', { beta }, 'Use 2.');
  const columns = 3 * (characters + wordOrders);
  const name = wordOrders === 0 ? 'chrf' : 'chrf++';
  const grams = (text: string): ReadonlyMap<string, number>[] => {
    const letters = Array.from(words(text).join(''));
    const tokens = words(text).flatMap(withoutPunctuation);
    return [
      ...Array.from({ length: characters }, (_, n) => counts(ngrams(letters, n + 1, ''))),
      ...Array.from({ length: wordOrders }, (_, n) => counts(ngrams(tokens, n + 1))),
    ];
  };
  return additiveMetric({
    name,
    higherIsBetter: true,
    rows(texts, references) {
      const lists = referenceLists(name, texts, references);
      const data = new Float64Array(columns * texts.length);
      texts.forEach((text, i) => {
        const ours = grams(text);
        const rows = lists[i]!.map((reference) => countRow(ours, grams(reference)));
        const scores = rows.map((row) => fScore(row, beta));
        data.set(rows[scores.indexOf(Math.max(...scores))]!, columns * i);
      });
      return { columns, data };
    },
    sums: () => columns + 1,
    add(rows, item, into, offset) {
      for (let c = 0; c < columns; c++) into[offset + c]! += rows.data[item * columns + c]!;
      into[offset + columns]! += 1;
    },
    finish(sums) {
      some(name, sums[columns]!);
      return fScore(sums.subarray(0, columns), beta);
    },
  });
}

/** By order: n-grams of the text, of the reference, of both. An order that the reference lacks counts as none of the text. */
function countRow(
  ours: readonly ReadonlyMap<string, number>[],
  theirs: readonly ReadonlyMap<string, number>[],
): number[] {
  const size = (grams: ReadonlyMap<string, number>): number =>
    [...grams.values()].reduce((sum, count) => sum + count, 0);
  return ours.flatMap((grams, n) => {
    const reference = theirs[n]!;
    return [reference.size === 0 ? 0 : size(grams), size(reference), overlapOf(grams, reference)];
  });
}

function fScore(row: ArrayLike<number>, beta: number): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let at = 0; at < row.length; at += 3) {
    const [text, reference, common] = [row[at]!, row[at + 1]!, row[at + 2]!];
    if (text === 0 || reference === 0) continue;
    precision += common / text;
    recall += common / reference;
    orders++;
  }
  if (precision + recall === 0) return 0;
  const factor = beta ** 2;
  return ((100 / orders) * (1 + factor) * precision * recall) / (factor * precision + recall);
}

const isPunctuation = (character: string | undefined): boolean =>
  character !== undefined && /^[!-/:-@[-`{-~]$/u.test(character);

/** A word and the mark at its end, or at its start, as two. */
function withoutPunctuation(word: string): string[] {
  const letters = Array.from(word);
  if (letters.length === 1) return [word];
  if (isPunctuation(letters.at(-1))) return [letters.slice(0, -1).join(''), letters.at(-1)!];
  if (isPunctuation(letters[0])) return [letters[0]!, letters.slice(1).join('')];
  return [word];
}
