import { checkWhole } from '@limbeck/core';
import type { AdditiveMetric } from '../additive-metric.js';
import type { RankedQuery, RankingOptions } from './order.js';
import type { Qrels, Run } from './qrels.js';
import { rankingMetric } from './ranking-metric.js';

/** Options of the ranking metrics that tell relevant documents from others. */
export interface RelevanceOptions extends RankingOptions {
  /** How many documents count, from the top. @defaultValue all */
  readonly k?: number;
  /** The lowest grade of a relevant document. @defaultValue 1 */
  readonly relLevel?: number;
}

/** Options where a cut is needed. */
export interface CutOptions extends RelevanceOptions {
  /** How many documents count, from the top. */
  readonly k: number;
}

/**
 * Mean average precision, in `[0, 1]`: the precision at each relevant document retrieved within `k`, summed and divided
 * by how many are relevant in all, mean over queries.
 *
 * ```text
 * AP = 1/R Σ_{i: rel_i} P@i
 * ```
 *
 * @throws LimbeckError as {@link ndcg}, and `invalid-option` for a `relLevel` below 1
 * @see trec_eval 9.0.8, `map` and `map_cut`.
 */
export function meanAveragePrecision(options: RelevanceOptions = {}): AdditiveMetric<Run, Qrels> {
  return relevanceMetric('map', options, ({ hits, relevant }) => {
    if (relevant === 0) return 0;
    let found = 0;
    let sum = 0;
    hits.forEach((hit, i) => {
      if (hit) sum += ++found / (i + 1);
    });
    return sum / relevant;
  });
}

/**
 * Mean reciprocal rank of the first relevant document within `k`, in `[0, 1]`; 0 where there is none.
 *
 * @throws LimbeckError as {@link meanAveragePrecision}
 * @see trec_eval 9.0.8, `recip_rank`, of the run cut to `k`.
 */
export function reciprocalRank(options: RelevanceOptions = {}): AdditiveMetric<Run, Qrels> {
  return relevanceMetric('mrr', options, ({ hits }) => 1 / (1 + first(hits)));
}

/**
 * The share of relevant documents that are among the first `k`, in `[0, 1]`; 0 where none is relevant.
 *
 * @throws LimbeckError as {@link meanAveragePrecision}
 */
export function recallAt(options: CutOptions): AdditiveMetric<Run, Qrels> {
  checkCut('recallAt', options);
  return relevanceMetric('recall', options, ({ hits, relevant }) =>
    relevant === 0 ? 0 : count(hits) / relevant,
  );
}

/**
 * The share of the first `k` that is relevant, in `[0, 1]`; of `k` even where fewer were retrieved.
 *
 * @throws LimbeckError as {@link meanAveragePrecision}
 */
export function precisionAt(options: CutOptions): AdditiveMetric<Run, Qrels> {
  checkCut('precisionAt', options);
  return relevanceMetric('precision', options, ({ hits }) => count(hits) / options.k);
}

/**
 * The share of queries with a relevant document among the first `k`, in `[0, 1]`; others call it hit rate.
 *
 * @throws LimbeckError as {@link meanAveragePrecision}
 */
export function successAt(options: CutOptions): AdditiveMetric<Run, Qrels> {
  checkCut('successAt', options);
  return relevanceMetric('success', options, ({ hits }) => (count(hits) > 0 ? 1 : 0));
}

interface Hits {
  /** Whether each document within the cut is relevant. */
  readonly hits: readonly boolean[];
  /** How many are relevant in all. */
  readonly relevant: number;
}

function relevanceMetric(
  name: string,
  options: RelevanceOptions,
  ofQuery: (hits: Hits) => number,
): AdditiveMetric<Run, Qrels> {
  const { k = Infinity, relLevel = 1 } = options;
  if (k !== Infinity) checkCut(name, { k });
  checkWhole(name, { relLevel }, 1, 'Use 1, or the lowest grade that counts.');
  const relevantOf = (grades: Float64Array): boolean[] =>
    Array.from(grades, (grade) => grade >= relLevel);
  return rankingMetric(
    k === Infinity ? name : `${name}@${k}`,
    options,
    ({ gains, ideal }: RankedQuery) =>
      ofQuery({
        hits: relevantOf(gains.subarray(0, Math.min(k, gains.length))),
        relevant: count(relevantOf(ideal)),
      }),
  );
}

function checkCut(where: string, { k }: { readonly k: number }): void {
  checkWhole(where, { k }, 1, 'Use 10, the usual cut.');
}

function count(hits: readonly boolean[]): number {
  return hits.reduce((n, hit) => n + (hit ? 1 : 0), 0);
}

/** The index of the first hit; infinity where there is none. */
function first(hits: readonly boolean[]): number {
  const at = hits.indexOf(true);
  return at < 0 ? Infinity : at;
}
