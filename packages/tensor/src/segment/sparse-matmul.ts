import { sparseMatmul as operator } from '../ops/sparse-matmul.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import type { SegmentPlanTensors } from './segment-sum.js';

/** A {@link SparsePlan} inside a graph. */
export type SparsePlanTensors = {
  /** The row of each entry, int `[entries]`. */
  readonly rows: Tensor;
  /** The column of each entry, int `[entries]`. */
  readonly columns: Tensor;
  /** The entries by row. */
  readonly byRow: SegmentPlanTensors;
  /** The entries by column. */
  readonly byColumn: SegmentPlanTensors;
};

/**
 * A sparse matrix times a dense one, with gradients by the dense matrix and by the values: graph convolution, bags of
 * words.
 *
 * ```text
 * y[r] = Σ_{e: rows[e] = r} values[e] · dense[columns[e]]
 * ```
 *
 * @param plan - where the entries are
 * @param values - what they are, floats `[entries]`
 * @param dense - floats `[columns, width]`
 * @returns `[rows, width]`; a row without entries is 0
 * @throws LimbeckError `shape-mismatch`, `dtype-mismatch`
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { input, inputsFor, interpret, sparseMatmul, sparsePlan, sparsePlanSpecs, type SparsePlanTensors } from '@limbeck/tensor';
 *
 * // [[0, 2], [0, 0], [3, 4]] times [[1], [10]]
 * const size = { rows: 3, columns: 2 };
 * const plan = inputsFor<SparsePlanTensors>(sparsePlanSpecs('m', 'entries', size), 'm');
 * const values = input('values', { dtype: 'float32', shape: ['entries'] });
 * const dense = input('dense', { dtype: 'float32', shape: [2, 1] });
 * const y = sparseMatmul(plan, values, dense);
 *
 * const { rows, columns, byRow, byColumn } = sparsePlan(Int32Array.of(0, 2, 2), Int32Array.of(1, 0, 1), size);
 * const feeds = {
 *   values: hostTensor('float32', [3], [2, 3, 4]),
 *   dense: hostTensor('float32', [2, 1], [1, 10]),
 *   'm/rows': rows,
 *   'm/columns': columns,
 *   ...Object.fromEntries(byRow.buckets.map((bucket, k) => [`m/byRow/buckets/${k}`, bucket])),
 *   'm/byRow/order': byRow.order,
 *   ...Object.fromEntries(byColumn.buckets.map((bucket, k) => [`m/byColumn/buckets/${k}`, bucket])),
 *   'm/byColumn/order': byColumn.order,
 * };
 * console.log(interpret({ y }, feeds).y.data.join()); // 20,0,43
 * ```
 */
export function sparseMatmul(plan: SparsePlanTensors, values: Tensor, dense: Tensor): Tensor {
  const { rows, columns, byRow, byColumn } = plan;
  const inputs = [dense, values, columns, ...byRow.buckets, byRow.order];
  const backward = [rows, ...byColumn.buckets, byColumn.order];
  const attributes = { buckets: byRow.buckets.length };
  return new Tensor(makeNode(operator, [...inputs, ...backward], attributes));
}
