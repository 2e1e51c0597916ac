import type { Metric, Rows } from '@limbeck/core';
import { picked } from '../pick.js';
import { undefinedMetric } from '../undefined-metric.js';
import { kendallTau } from './kendall-tau.js';
import { type Numbers, numberRows } from './numbers.js';
import { pearson } from './pearson.js';

/**
 * Spearman's correlation of the ranks, in `[-1, 1]`; equal numbers share the mean of their ranks.
 *
 * @throws LimbeckError as {@link pearson}
 * @see Spearman, "The proof and measurement of association between two things", 1904.
 */
export function spearman(): Metric<Numbers, Numbers> {
  return rankMetric('spearman', (x, y) => {
    const metric = pearson();
    return metric.value(metric.rows(ranks(x), ranks(y)));
  });
}

/**
 * Kendall's τ-b, in `[-1, 1]`: by how much pairs in the same order outnumber pairs in the opposite one, corrected for ties.
 *
 * ```text
 * τ_b = (C − D) / √((n₀ − n₁)(n₀ − n₂))     n₀ all pairs, n₁ and n₂ those tied on either side
 * ```
 *
 * @throws LimbeckError as {@link pearson}
 * @see Kendall, "The treatment of ties in ranking problems", 1945; Knight 1966 for counting in n log n.
 */
export function kendall(): Metric<Numbers, Numbers> {
  return rankMetric('kendall', kendallTau);
}

function rankMetric(
  name: string,
  correlation: (x: Float64Array, y: Float64Array) => number,
): Metric<Numbers, Numbers> {
  return {
    name,
    higherIsBetter: true,
    rows: (predictions, references) => numberRows(name, predictions, references),
    value(rows: Rows, pick) {
      const items = picked(name, rows, pick);
      const [x, y] = [0, 1].map((column) =>
        Float64Array.from(items, (item) => rows.data[2 * item + column]!),
      ) as [Float64Array, Float64Array];
      for (const [side, what] of [
        [x, 'predictions'],
        [y, 'references'],
      ] as const) {
        if (side.some((value) => value !== side[0])) continue;
        undefinedMetric(
          name,
          `${side.length} ${what} that are all equal`,
          'numbers that differ on both sides',
        );
      }
      return correlation(x, y);
    },
  };
}

/** Ranks from 1 on; equal numbers share the mean of theirs. */
export function ranks(numbers: Numbers): Float64Array {
  const order = Uint32Array.from({ length: numbers.length }, (_, i) => i);
  order.sort((i, j) => numbers[i]! - numbers[j]!);
  const result = new Float64Array(numbers.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && numbers[order[end]!] === numbers[order[start]!]) end++;
    for (let at = start; at < end; at++) result[order[at]!] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}
