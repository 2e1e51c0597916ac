import { type AdditiveMetric, additiveMetric } from '../additive-metric.js';
import { undefinedMetric } from '../undefined-metric.js';
import { checkChoice } from '../check-choice.js';
import { type RankedQuery, rankQueries, type RankingOptions } from './order.js';
import type { Qrels, Run } from './qrels.js';

/**
 * A metric that is the mean of one number a query. Rows stand for the judged queries, in the order of the judgements,
 * whatever the run holds, so that two runs are always compared query by query; a second column says whether it counts.
 */
export function rankingMetric(
  name: string,
  options: RankingOptions,
  ofQuery: (query: RankedQuery) => number,
): AdditiveMetric<Run, Qrels> {
  const { missing = 'intersect', tie = 'trec' } = options;
  checkChoice(name, { missing }, ['intersect', 'zero']);
  checkChoice(name, { tie }, ['trec', 'stable']);
  return additiveMetric({
    name,
    higherIsBetter: true,
    rows(run, qrels) {
      const queries = rankQueries(name, run, qrels, options);
      const data = new Float64Array(2 * queries.length);
      queries.forEach((query, i) => {
        data[2 * i] = query === undefined ? 0 : ofQuery(query);
        data[2 * i + 1] = query === undefined && missing === 'intersect' ? 0 : 1;
      });
      return { columns: 2, data };
    },
    sums: () => 2,
    add(rows, item, into, offset) {
      into[offset]! += rows.data[2 * item]!;
      into[offset + 1]! += rows.data[2 * item + 1]!;
    },
    finish([sum, queries]) {
      if (queries! > 0) return sum! / queries!;
      return undefinedMetric(
        name,
        'no judged query that the run has',
        'at least one',
        "Check that run and judgements name queries alike, or count missing ones by missing: 'zero'.",
      );
    },
  });
}
