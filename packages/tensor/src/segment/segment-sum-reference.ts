import { LimbeckError } from '@limbeck/core';
import { checkSegments, type SegmentIndices, type SegmentSources } from './check-segments.js';

/**
 * The sum of each segment's rows, one entry after the other, in float64: what a plan's sums are compared with.
 *
 * ```text
 * sums[s] = Σ_{e: segments[e] = s} values[sources[e]]
 * ```
 *
 * @param values - `[rows, width]`, row-major
 * @param width - numbers a row
 * @param segments - the segment that each entry belongs to, int `[entries]`
 * @param segmentCount - how many segments there are, at least 1
 * @param from - the row that each entry adds; by default entry e adds row e
 * @returns `[segments, width]`
 * @throws LimbeckError as `segmentPlan`; also `shape-mismatch` if there are not `width` values a row
 */
export function segmentSumReference(
  values: ArrayLike<number>,
  width: number,
  segments: SegmentIndices,
  segmentCount: number,
  from?: SegmentSources,
): Float64Array {
  const where = 'segmentSumReference';
  const checked = checkSegments(where, segments, segmentCount, from);
  if (values.length !== checked.rows * width) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${values.length} values for ${checked.rows} rows of ${width}`,
      expected: `${checked.rows * width} values`,
      next: 'Pass the rows that the sources number.',
    });
  }
  const sums = new Float64Array(segmentCount * width);
  checked.segments.forEach((segment, entry) => {
    const row = checked.sources[entry]!;
    for (let i = 0; i < width; i++) sums[segment * width + i]! += values[row * width + i]!;
  });
  return sums;
}
