import type { Metric, Rows } from '@limbeck/core';
import { picked } from './pick.js';

/**
 * A metric that tells its value when every item occurs so many times, after work that is done once for all resamples, such
 * as sorting.
 */
export interface WeightedMetric<P, R> extends Metric<P, R> {
  /**
   * The metric's value by how often each item occurs, `[items]`.
   * @throws LimbeckError `undefined-metric` where it is undefined, never NaN
   */
  weighted(rows: Rows): (times: Uint32Array) => number;
}

/** Whether a metric is a {@link WeightedMetric}. */
export function isWeighted<P, R>(metric: Metric<P, R>): metric is WeightedMetric<P, R> {
  return 'weighted' in metric;
}

/** Completes a {@link WeightedMetric} by its `value`. */
export function weightedMetric<P, R>(
  parts: Omit<WeightedMetric<P, R>, 'value'>,
): WeightedMetric<P, R> {
  return {
    ...parts,
    value(rows, pick) {
      const items = rows.data.length / rows.columns;
      const times = new Uint32Array(items);
      if (pick === undefined) times.fill(1);
      else for (const item of picked(parts.name, rows, pick)) times[item]! += 1;
      return parts.weighted(rows)(times);
    },
  };
}
