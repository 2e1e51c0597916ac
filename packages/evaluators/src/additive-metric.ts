import { LimbeckError, type Metric, type Rows } from '@limbeck/core';
import { refuseItem } from './pick.js';

/**
 * A metric that is a function of sums over items: of how many were right, of counts by class, of sums by bin.
 * Resampling whole groups then needs one row of sums a group instead of its items.
 */
export interface AdditiveMetric<P, R> extends Metric<P, R> {
  /** How many sums there are. */
  sums(rows: Rows): number;
  /** Adds one item's part to `into`, from `offset` on. */
  add(rows: Rows, item: number, into: Float64Array, offset: number): void;
  /**
   * The metric's value, from the sums.
   * @throws LimbeckError `empty-data` where it is undefined, never NaN
   */
  finish(sums: Float64Array): number;
}

/** What {@link additiveMetric} makes a metric of. */
export type AdditiveParts<P, R> = Omit<AdditiveMetric<P, R>, 'value'>;

/** Whether a metric is an {@link AdditiveMetric}. */
export function isAdditive<P, R>(metric: Metric<P, R>): metric is AdditiveMetric<P, R> {
  return 'add' in metric && 'finish' in metric && 'sums' in metric;
}

/** Completes an {@link AdditiveMetric} by its `value`: the sums over the picked items, finished. */
export function additiveMetric<P, R>(parts: AdditiveParts<P, R>): AdditiveMetric<P, R> {
  return {
    ...parts,
    value(rows, pick) {
      const sums = new Float64Array(parts.sums(rows));
      const items = rows.data.length / rows.columns;
      const length = pick?.length ?? items;
      for (let i = 0; i < length; i++) {
        const item = pick === undefined ? i : pick[i]!;
        if (item >= items) refuseItem(parts.name, item, items);
        parts.add(rows, item, sums, 0);
      }
      return parts.finish(sums);
    },
  };
}

/** A metric that is the mean of one number an item. */
export function meanMetric<P, R>(
  name: string,
  higherIsBetter: boolean,
  items: (predictions: P, references: R) => Float64Array,
): AdditiveMetric<P, R> {
  return additiveMetric({
    name,
    higherIsBetter,
    rows: (predictions, references) => ({ columns: 1, data: items(predictions, references) }),
    sums: () => 2,
    add(rows, item, into, offset) {
      into[offset]! += rows.data[item]!;
      into[offset + 1]! += 1;
    },
    finish: (sums) => sums[0]! / some(name, sums[1]!),
  });
}

/** The number of items, if there are any. @throws LimbeckError `empty-data` */
export function some(where: string, items: number): number {
  if (items > 0) return items;
  throw new LimbeckError('empty-data', {
    where,
    given: 'no item to measure',
    expected: 'at least one',
    next: 'Measure a set in which at least one item counts for this metric.',
  });
}
