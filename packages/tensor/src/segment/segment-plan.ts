import { checkSegments, type SegmentIndices, type SegmentSources } from './check-segments.js';
import { fillBuckets, type SegmentPlan } from './fill-buckets.js';

/** A plan with that of its backward pass. */
export type TransposedSegmentPlan = SegmentPlan & {
  /** Sums, for each row, the segments that it went into; its own backward pass is the plan that it stands in. */
  readonly transposed: SegmentPlan;
};

/**
 * The plan of a segment sum that is right at any number of threads and equal to the bit from run to run; ScatterND with
 * `reduction=add` gives wrong sums on more than one thread. Made on the host, once a graph or batch, in time
 * linear in entries and segments; its buckets hold under twice as many numbers as there are entries, and 22 more.
 *
 * @param segments - the segment that each entry belongs to, int `[entries]`, in any order
 * @param segmentCount - how many segments there are, at least 1; those without entries sum to 0
 * @param from - the row that each entry adds; by default entry e adds row e
 * @throws LimbeckError `invalid-option` if `segmentCount` or `rows` is not a whole number in range; `invalid-data` if a
 * segment or a source is out of range, or a segment has more than 2^20 entries; `shape-mismatch` if there are more or
 * fewer sources than segments
 * @example
 * ```ts
 * import { segmentPlan } from '@limbeck/tensor';
 *
 * // Rows 0 and 2 are summed in segment 1, row 1 alone in segment 0; the pad row would be row 3.
 * const { buckets, order } = segmentPlan(Int32Array.of(1, 0, 1), 2);
 * console.log(buckets[0]?.data.join(), buckets[1]?.data.join(), order.data.join()); // 1 0,2 0,1
 * ```
 */
export function segmentPlan(
  segments: SegmentIndices,
  segmentCount: number,
  from?: SegmentSources,
): SegmentPlan {
  const where = 'segmentPlan';
  const checked = checkSegments(where, segments, segmentCount, from);
  return fillBuckets(where, checked.segments, segmentCount, checked.sources, checked.rows);
}

/**
 * The plan of a segment sum, and that of its backward pass: the segment sum over the transposed edges.
 *
 * @param segments - as in {@link segmentPlan}
 * @param segmentCount - as in {@link segmentPlan}
 * @param from - as in {@link segmentPlan}
 * @throws LimbeckError as {@link segmentPlan}; also `invalid-option` if there are no rows, and `invalid-data` if a row
 * is added more than 2^20 times
 */
export function transposedSegmentPlan(
  segments: SegmentIndices,
  segmentCount: number,
  from?: SegmentSources,
): TransposedSegmentPlan {
  const where = 'transposedSegmentPlan';
  const checked = checkSegments(where, segments, segmentCount, from, 1);
  return {
    ...fillBuckets(where, checked.segments, segmentCount, checked.sources, checked.rows),
    transposed: fillBuckets(where, checked.sources, checked.rows, checked.segments, segmentCount),
  };
}
