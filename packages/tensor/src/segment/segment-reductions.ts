import { checkPlan, checkTensors } from '../check-tensors.js';
import { full } from '../functions.js';
import { segmentMax as maxOperator } from '../ops/segment-max.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import {
  gatherRows,
  type SegmentPlanTensors,
  segmentSum,
  type SegmentSumPlan,
} from './segment-sum.js';

/** A plan of `segmentPlan(segments, …)` with the segments that it was made of: each row is one entry. */
export type EntrySegmentPlan = SegmentPlanTensors & {
  /** The segment of each row, int `[rows]`. */
  readonly segments: Tensor;
};

/**
 * The mean of each segment's rows.
 *
 * @param rows - floats `[rows, …rest]`
 * @param plan - as in {@link segmentSum}
 * @returns `[segments, …rest]`; a segment without entries is 0
 * @throws LimbeckError `shape-mismatch`, `dtype-mismatch`; `invalid-data` for what is no tensor or plan
 */
export function segmentMean(rows: Tensor, plan: SegmentSumPlan): Tensor {
  const sums = segmentSum(rows, plan);
  const { buckets, order } = plan;
  const column = [rows.shape[0]!, ...rows.shape.slice(1).map(() => 1)];
  const counts = segmentSum(full(column, 1, rows.dtype), { buckets, order });
  return sums.div(counts.maximum(1));
}

/**
 * The largest of each segment's rows, number by number.
 *
 * @param rows - floats `[rows, …rest]`
 * @param plan - of these rows; its gradient needs `segments`, and equal largest ones share it
 * @returns `[segments, …rest]`; 0 where a segment has no entries, or none above −∞
 * @throws LimbeckError `shape-mismatch`, `dtype-mismatch`; `invalid-data` for what is no tensor or plan; `not-differentiable` from `grad` without `segments`
 */
export function segmentMax(
  rows: Tensor,
  plan: SegmentPlanTensors & { readonly segments?: Tensor },
): Tensor {
  checkTensors('segmentMax', { rows });
  checkPlan('segmentMax', plan);
  const { buckets, order, segments } = plan;
  if (segments !== undefined) checkTensors('segmentMax', { segments });
  const inputs = [rows, ...buckets, order, ...(segments === undefined ? [] : [segments])];
  const most = new Tensor(makeNode(maxOperator, inputs, { buckets: buckets.length }));
  return most.equal(-Infinity).where(most.scalar(0), most);
}

/**
 * The softmax among the rows of each segment, as attention on a graph weighs the edges into a node.
 *
 * @param rows - floats `[rows, …rest]`, each number apart from those beside it
 * @param plan - of these rows, with their segments
 * @returns `[rows, …rest]`, which sum to 1 over each segment; 0 where all of a segment is −∞
 * @throws LimbeckError `shape-mismatch`, `dtype-mismatch`; `invalid-data` for what is no tensor or plan
 */
export function segmentSoftmax(rows: Tensor, plan: EntrySegmentPlan): Tensor {
  checkTensors('segmentSoftmax', { rows });
  checkPlan('segmentSoftmax', plan);
  const { segments } = plan;
  checkTensors('segmentSoftmax', { segments });
  // What is taken away changes no ratio, so no gradient flows through it.
  const largest = segmentMax(rows.stopGradient(), plan);
  const weights = rows.sub(gatherRows(largest, segments, plan)).exp();
  const totals = segmentSum(weights, plan);
  const none = totals.equal(0).cast(rows.dtype);
  return weights.div(gatherRows(totals.add(none), segments, plan));
}
