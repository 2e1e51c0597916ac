import { checkPlan, checkTensors } from '../check-tensors.js';
import * as operators from '../ops/segment.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';

/** A {@link SegmentPlan} inside a graph. */
export type SegmentPlanTensors = {
  /** Int32 `[rows_k, 2^k]` each. */
  readonly buckets: readonly Tensor[];
  /** Int32 `[segments]`. */
  readonly order: Tensor;
};

/** A {@link TransposedSegmentPlan} inside a graph. */
export type TransposedSegmentPlanTensors = SegmentPlanTensors & {
  /** The plan of the backward pass. */
  readonly transposed: SegmentPlanTensors;
};

/** A plan, and what its backward pass needs: one or the other. Without either, no gradient flows. */
export type SegmentSumPlan = SegmentPlanTensors & {
  /** The plan over the transposed edges, where rows were chosen by sources ({@link transposedSegmentPlan}). */
  readonly transposed?: SegmentPlanTensors;
  /** The segment of each row, int `[rows]`, where each row is one entry ({@link segmentPlan} without `from`). */
  readonly segments?: Tensor;
};

function flat({ buckets, order }: SegmentPlanTensors): readonly Tensor[] {
  return [...buckets, order];
}

/**
 * The sum of each segment's rows, by a plan made on the host: right at any number of threads, and equal to the bit
 * from run to run.
 *
 * @param rows - floats `[rows, …rest]`
 * @param plan - of these rows; its backward pass runs over `transposed`, or gathers by `segments`
 * @returns `[segments, …rest]`; a segment without entries is 0
 * @throws LimbeckError `shape-mismatch`, `dtype-mismatch`; `invalid-data` for what is no tensor or plan
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { input, inputsFor, interpret, segmentPlan, segmentPlanSpecs, segmentSum, type SegmentPlanTensors } from '@limbeck/tensor';
 *
 * const rows = input('rows', { dtype: 'float32', shape: ['entries', 1] });
 * const plan = inputsFor<SegmentPlanTensors>(segmentPlanSpecs('plan', 'segments'), 'plan');
 * const sums = segmentSum(rows, plan);
 *
 * const { buckets, order } = segmentPlan(Int32Array.of(1, 0, 1), 2);
 * const feeds = Object.fromEntries(buckets.map((bucket, k) => [`plan/buckets/${k}`, bucket]));
 * const values = hostTensor('float32', [3, 1], [1, 2, 4]);
 * const out = interpret({ sums }, { rows: values, ...feeds, 'plan/order': order });
 * console.log(out.sums.data.join()); // 2,5
 * ```
 */
export function segmentSum(rows: Tensor, plan: SegmentSumPlan): Tensor {
  checkTensors('segmentSum', { rows });
  checkPlan('segmentSum', plan);
  const { buckets, transposed, segments } = plan;
  if (transposed !== undefined) checkPlan('segmentSum, transposed', transposed);
  if (segments !== undefined) checkTensors('segmentSum', { segments });
  const backward =
    transposed !== undefined ? 'transposed' : segments !== undefined ? 'segments' : 'none';
  const extra =
    transposed !== undefined ? flat(transposed) : segments !== undefined ? [segments] : [];
  const inputs = [rows, ...flat(plan), ...extra];
  return new Tensor(makeNode(operators.segmentSum, inputs, { buckets: buckets.length, backward }));
}

/**
 * Rows of a table by index, whose gradient is a segment sum in place of a scatter: what an embedding looks up.
 *
 * @param table - floats `[rows, …rest]`
 * @param indices - int, of any shape
 * @param plan - of `segmentPlan(indices, rows)`: which entries each row of the table gave
 * @returns `[…indices, …rest]`
 * @throws LimbeckError `shape-mismatch`, `dtype-mismatch`; `invalid-data` for what is no tensor or plan
 */
export function gatherRows(table: Tensor, indices: Tensor, plan: SegmentPlanTensors): Tensor {
  checkTensors('gatherRows', { table, indices });
  checkPlan('gatherRows', plan);
  const inputs = [table, indices.flatten(), ...flat(plan)];
  const rows = new Tensor(makeNode(operators.gatherRows, inputs, {}));
  return rows.reshape([...indices.shape, ...table.shape.slice(1)]);
}
