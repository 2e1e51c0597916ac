import type { Rows } from '@limbeck/core';
import { fallingOrder } from '../falling-order.js';
import { undefinedMetric } from '../undefined-metric.js';
import { type WeightedMetric, weightedMetric } from '../weighted-metric.js';
import { type Positives, scoreRows, type Scores } from './binary-data.js';

/** How many items there are of each kind. */
export interface Totals {
  /** Positive ones. */
  readonly positives: number;
  /** Negative ones. */
  readonly negatives: number;
}

/** What a metric does at each threshold, from the highest score down: told how many items lie at or above it. */
export interface Sweep {
  /** Positives and negatives at or above this threshold. */
  step(truePositives: number, falsePositives: number): void;
  /** The metric's value after the lowest threshold. */
  value(): number;
}

/**
 * A metric of scores that looks at the items by falling score, equal scores at once. Sorting is done once for all
 * resamples.
 */
export function sweepMetric(
  name: string,
  begin: (totals: Totals) => Sweep,
): WeightedMetric<Scores, Positives> {
  return weightedMetric({
    name,
    higherIsBetter: true,
    rows: (scores, positives) => scoreRows(name, scores, positives),
    weighted(rows) {
      const { order, positive, last } = sorted(rows);
      const items = order.length;
      return (times) => {
        let positives = 0;
        let all = 0;
        for (let item = 0; item < items; item++) {
          all += times[item]!;
          positives += times[item]! * rows.data[2 * item + 1]!;
        }
        const totals = { positives, negatives: all - positives };
        checkBoth(name, totals);
        const sweep = begin(totals);
        let above = 0;
        let reached = 0;
        for (let at = 0; at < items; at++) {
          const n = times[order[at]!]!;
          reached += n;
          above += n * positive[at]!;
          if (last[at] === 1) sweep.step(above, reached - above);
        }
        return sweep.value();
      };
    },
  });
}

/** Items by falling score, whether each is positive, and whether it is the last of its score. */
function sorted({ data }: Rows): {
  readonly order: Uint32Array;
  readonly positive: Uint8Array;
  readonly last: Uint8Array;
} {
  const items = data.length / 2;
  const scores = new Float64Array(items);
  // A byte an item stays in the cache when it is read in another order.
  const isPositive = new Uint8Array(items);
  for (let i = 0; i < items; i++) {
    scores[i] = data[2 * i]!;
    isPositive[i] = data[2 * i + 1]!;
  }
  const order = fallingOrder(scores);
  const positive = new Uint8Array(items);
  const last = new Uint8Array(items);
  let score = NaN;
  for (let at = items - 1; at >= 0; at--) {
    const item = order[at]!;
    positive[at] = isPositive[item]!;
    last[at] = scores[item] === score ? 0 : 1;
    score = scores[item]!;
  }
  return { order, positive, last };
}

function checkBoth(name: string, { positives, negatives }: Totals): void {
  if (positives > 0 && negatives > 0) return;
  undefinedMetric(
    name,
    `${positives} positive and ${negatives} negative items`,
    'at least one of each',
    'Measure a set that holds both, or leave this metric out.',
  );
}
