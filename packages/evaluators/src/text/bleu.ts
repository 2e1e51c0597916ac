import { checkPositive, checkWhole } from '@limbeck/core';
import { type AdditiveMetric, additiveMetric, some } from '../additive-metric.js';
import { checkChoice } from '../check-choice.js';
import { type BleuSmoothing, bleuScore } from './bleu-score.js';
import { counts, ngrams, referenceLists, type TextReferences } from './references.js';
import { tokenise13a } from './tokenise-13a.js';

/** Options of {@link bleu}. */
export interface BleuOptions extends BleuSmoothing {
  /** The longest n-grams. @defaultValue 4 */
  readonly order?: number;
  /** Makes tokens of a text. @defaultValue {@link tokenise13a}, as sacreBLEU */
  readonly tokenise?: (text: string) => readonly string[];
}

/**
 * BLEU over a corpus, in `[0, 100]`, as sacreBLEU 2 computes it: matches are summed over all texts before they are divided.
 * A row holds one text's counts, so that resamples are those of the corpus. With several references an n-gram may match as
 * often as one of them has it, and the reference of the closest length counts, the shorter of two.
 *
 * @throws LimbeckError `invalid-option`; from `rows`: `shape-mismatch`, `empty-data`, `invalid-data`; from `value`: `empty-data`
 * @see Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", 2002; Post, "A Call for Clarity in
 * Reporting BLEU Scores", 2018.
 */
export function bleu(options: BleuOptions = {}): AdditiveMetric<readonly string[], TextReferences> {
  const { order = 4, tokenise = tokenise13a, value } = options;
  const { smoothing = 'exp' } = options;
  checkWhole('bleu', { order }, 1, 'Use 4, the usual order.');
  checkChoice('bleu', { smoothing }, ['exp', 'floor', 'add-k', 'none']);
  if (value !== undefined) checkPositive('bleu', { value }, 'Use 0.1 for floor, 1 for add-k.');
  const columns = 2 * order + 2;
  return additiveMetric({
    name: 'bleu',
    higherIsBetter: true,
    rows(texts, references) {
      const lists = referenceLists('bleu', texts, references);
      const data = new Float64Array(columns * texts.length);
      texts.forEach((text, i) => {
        const row = countMatches(tokenise(text), lists[i]!.map(tokenise), order);
        data.set(row, columns * i);
      });
      return { columns, data };
    },
    sums: () => columns + 1,
    add(rows, item, into, offset) {
      for (let c = 0; c < columns; c++) into[offset + c]! += rows.data[item * columns + c]!;
      into[offset + columns]! += 1;
    },
    finish(sums) {
      some('bleu', sums[columns]!);
      return scoreOf(sums, order, options);
    },
  });
}

/**
 * BLEU of one text, in `[0, 100]`, over the orders that it is long enough for.
 *
 * @throws LimbeckError as {@link bleu}
 */
export function sentenceBleu(
  text: string,
  references: string | readonly string[],
  options: BleuOptions = {},
): number {
  const metric = bleu({ effectiveOrder: true, ...options });
  return metric.value(metric.rows([text], [references]));
}

/** BLEU of a row, or of a sum of rows: matches by order, totals by order, length, reference length. */
export function scoreOf(row: Float64Array, order: number, options: BleuSmoothing): number {
  const counted = {
    correct: row.subarray(0, order),
    total: row.subarray(order, 2 * order),
    length: row[2 * order]!,
    referenceLength: row[2 * order + 1]!,
  };
  return bleuScore(counted, options);
}

function countMatches(
  tokens: readonly string[],
  references: readonly (readonly string[])[],
  order: number,
): Float64Array {
  const row = new Float64Array(2 * order + 2);
  for (let n = 1; n <= order; n++) {
    const most = new Map<string, number>();
    for (const reference of references) {
      for (const [gram, count] of counts(ngrams(reference, n))) {
        most.set(gram, Math.max(count, most.get(gram) ?? 0));
      }
    }
    for (const [gram, count] of counts(ngrams(tokens, n))) {
      row[n - 1]! += Math.min(count, most.get(gram) ?? 0);
      row[order + n - 1]! += count;
    }
  }
  row[2 * order] = tokens.length;
  row[2 * order + 1] = closest(
    references.map((reference) => reference.length),
    tokens.length,
  );
  return row;
}

/** The length nearest to a text's, the shorter of two equally near. */
export function closest(lengths: readonly number[], length: number): number {
  return lengths.reduce((best, other) => {
    const [near, nearer] = [Math.abs(best - length), Math.abs(other - length)];
    return nearer < near || (nearer === near && other < best) ? other : best;
  });
}
