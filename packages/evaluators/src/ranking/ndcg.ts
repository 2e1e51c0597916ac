import { checkWhole, LimbeckError } from '@limbeck/core';
import type { AdditiveMetric } from '../additive-metric.js';
import { checkChoice } from '../check-choice.js';
import type { RankingOptions } from './order.js';
import type { Qrels, Run } from './qrels.js';
import { rankingMetric } from './ranking-metric.js';

/** Options of {@link ndcg}. */
export interface NdcgOptions extends RankingOptions {
  /** How many documents count, from the top. @defaultValue all */
  readonly k?: number;
  /** A document's gain: its grade, as in trec_eval, or `2^grade − 1`, as Burges et al. @defaultValue 'linear' */
  readonly gain?: 'linear' | 'exp';
}

/**
 * Normalised discounted cumulative gain, in `[0, 1]`, mean over queries. The best order is that of all judged documents,
 * retrieved or not; a query without a relevant document counts as 0.
 *
 * ```text
 * nDCG@k = DCG@k of the run / DCG@k of the best order      DCG@k = Σ_{i ≤ k} g_i / log₂(i + 1)
 * ```
 *
 * @throws LimbeckError `invalid-option` for a k below 1; from `rows`: `empty-data`, `invalid-data`, `non-finite-data`;
 * from `value`: `undefined-metric` if no query counts
 * @see Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002; trec_eval 9.0.8, `ndcg_cut`.
 */
export function ndcg(options: NdcgOptions = {}): AdditiveMetric<Run, Qrels> {
  const { k = Infinity, gain = 'linear' } = options;
  if (k !== Infinity) checkWhole('ndcg', { k }, 1, 'Use 10, the usual cut.');
  checkChoice('ndcg', { gain }, ['linear', 'exp']);
  const name = k === Infinity ? 'ndcg' : `ndcg@${k}`;
  const worth = gain === 'exp' ? (grade: number) => 2 ** grade - 1 : (grade: number) => grade;
  return rankingMetric(name, options, ({ gains, ideal }) => {
    const best = dcg(ideal, k, worth);
    if (best === Infinity) refuseGrade(name, ideal[0]!);
    return best === 0 ? 0 : dcg(gains, k, worth) / best;
  });
}

function dcg(gains: Float64Array, k: number, worth: (grade: number) => number): number {
  const length = Math.min(k, gains.length);
  while (discounts.length < length) discounts.push(1 / Math.log2(discounts.length + 2));
  let sum = 0;
  for (let i = 0; i < length; i++) if (gains[i]! > 0) sum += worth(gains[i]!) * discounts[i]!;
  return sum;
}

function refuseGrade(where: string, grade: number): never {
  throw new LimbeckError('invalid-data', {
    where,
    given: `the grade ${grade}, whose gain is beyond all numbers`,
    expected: 'grades such as 0 to 4',
    next: "Judge by fewer grades, or use gain: 'linear'.",
  });
}

/** What a gain at each rank counts, as far as some list has reached. */
const discounts: number[] = [];
