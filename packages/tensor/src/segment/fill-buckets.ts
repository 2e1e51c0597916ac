import { type HostTensor, hostTensor, LimbeckError } from '@limbeck/core';

/**
 * Where each segment's rows are, for a segment sum that scatters nothing twice: a tree of tensors, the same for
 * every graph and batch, so that one compiled step serves all.
 *
 * With `padded = concat(rows, zeros[1, …])`, the sums are
 *
 * ```text
 * gather(concat_k(reduceSum(gather(padded, buckets[k]), axis 1)), order)        [segments, …]
 * ```
 */
export type SegmentPlan = {
  /**
   * 21 buckets. Bucket k, int32 `[rows_k, 2^k]`, has a row for each segment of more than 2^(k−1) and at most 2^k
   * entries: what the segment sums, in the order given, then the number of the pad row. An empty bucket is `[1, 1]`
   * and holds the pad row.
   */
  readonly buckets: readonly HostTensor<'int32'>[];
  /** Int32 `[segments]`: which row of the buckets, one after the other, is the segment's sum. */
  readonly order: HostTensor<'int32'>;
};

/** How many buckets a plan has: one for every power of two from 1 to 2^20. */
export const segmentBuckets = 21;

/** The bucket of segments of so many entries: the least k with count ≤ 2^k. */
function bucketOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

/**
 * Sorts entries into buckets, each segment's in the order in which they stand.
 *
 * @param segments - int32 `[entries]`, below `segmentCount`
 * @param sources - int32 `[entries]`, below `rows`; `rows` itself is the pad row
 * @throws LimbeckError `invalid-data` if a segment has more than 2^20 entries
 */
export function fillBuckets(
  where: string,
  segments: Int32Array,
  segmentCount: number,
  sources: Int32Array,
  rows: number,
): SegmentPlan {
  const counts = new Int32Array(segmentCount);
  for (const segment of segments) counts[segment]!++;
  const rowsOf = bucketRows(where, counts);

  const buckets = rowsOf.map((size, k): HostTensor<'int32'> => {
    if (size === 0) return hostTensor('int32', [1, 1], Int32Array.of(rows));
    return hostTensor('int32', [size, 2 ** k], new Int32Array(size * 2 ** k).fill(rows));
  });
  const starts: number[] = [];
  let start = 0;
  for (const { shape } of buckets) {
    starts.push(start);
    start += shape[0]!;
  }

  // Bucket 0 ends with a row of padding where some segment has no entries: they all read that one.
  const empty = buckets[0]!.shape[0]! - 1;
  const order = new Int32Array(segmentCount);
  const cursor = new Int32Array(segmentCount);
  const used = new Int32Array(segmentBuckets);
  for (let segment = 0; segment < segmentCount; segment++) {
    const k = bucketOf(counts[segment]!);
    const row = counts[segment] === 0 ? empty : used[k]!++;
    order[segment] = starts[k]! + row;
    cursor[segment] = row * 2 ** k;
  }
  for (let entry = 0; entry < segments.length; entry++) {
    const segment = segments[entry]!;
    buckets[bucketOf(counts[segment]!)]!.data[cursor[segment]!++] = sources[entry]!;
  }
  return { buckets, order: hostTensor('int32', [segmentCount], order) };
}

/** How many rows each bucket needs, one for all empty segments among them. */
function bucketRows(where: string, counts: Int32Array): number[] {
  const rows = Array.from({ length: segmentBuckets }, () => 0);
  let someEmpty = false;
  counts.forEach((count, segment) => {
    const k = bucketOf(count);
    if (k >= segmentBuckets) {
      throw new LimbeckError('invalid-data', {
        where,
        given: `segment ${segment} with ${count} entries`,
        expected: `at most ${2 ** (segmentBuckets - 1)} entries a segment`,
        next: 'Cut the segment into several, and sum their sums.',
      });
    }
    if (count === 0) someEmpty = true;
    else rows[k]!++;
  });
  if (someEmpty) rows[0]!++;
  return rows;
}
