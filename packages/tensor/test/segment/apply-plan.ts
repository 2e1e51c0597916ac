import type { SegmentPlan } from '../../src/segment/fill-buckets.js';

/** What a graph does with a plan: pad, gather and sum each bucket, put them one after the other, gather the order. */
export function applyPlan(
  plan: SegmentPlan,
  values: ArrayLike<number>,
  width: number,
): Float64Array {
  const rows = values.length / width;
  const sums: number[][] = [];
  for (const { shape, data } of plan.buckets) {
    const [size, wide] = shape as readonly [number, number];
    for (let row = 0; row < size; row++) {
      const sum = Array.from({ length: width }, () => 0);
      for (const source of data.subarray(row * wide, (row + 1) * wide)) {
        if (source < 0 || source > rows)
          throw new Error(`no row ${source} among ${rows} and the pad row`);
        for (let i = 0; source < rows && i < width; i++) sum[i]! += values[source * width + i]!;
      }
      sums.push(sum);
    }
  }
  return Float64Array.from([...plan.order.data].flatMap((row) => sums[row]!));
}
