import { sameDim } from '../dims.js';
import { dataTypeOf } from '../onnx/element-kinds.js';
import type { Emitter, Operator } from '../operator.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { checkIndex } from './index-ops.js';
import { bucketRows, checkPlan, gatherRows, padRow } from './segment.js';
import {
  checkDtype,
  checkSameDtype,
  floats,
  int,
  int64s,
  passing,
  refuseShapes,
  zeroOf,
} from './support.js';

/** Attributes of {@link sparseMatmul}. */
export interface SparseMatmulAttributes {
  /** How many buckets each of the two plans has. */
  readonly buckets: number;
}

/**
 * A sparse matrix times a dense one. Inputs: the dense matrix `[columns, width]`, the values of the entries, their columns
 * `[entries]`, a plan of the entries by row; then, for the gradient alone, their rows and a plan by column. Gives
 * `[rows, width]`.
 */
export const sparseMatmul: Operator<SparseMatmulAttributes> = {
  name: 'sparseMatmul',
  forwardInputs: ({ buckets }) => buckets + 4,
  infer: ([dense, values, columns, ...rest], { buckets }) => {
    const [plan, rows, back] = [
      rest.slice(0, buckets + 1),
      rest[buckets + 1]!,
      rest.slice(buckets + 2),
    ];
    checkDtype('sparseMatmul', dense!, floats);
    checkSameDtype('sparseMatmul', [dense!, values!]);
    for (const index of [columns!, rows]) checkDtype('sparseMatmul', index, ['int32', 'int64']);
    checkPlan('sparseMatmul', plan);
    checkPlan('sparseMatmul', back);
    const lists = [values!, columns!, rows].map(({ shape }) => shape);
    const oneEach = lists.every(
      (shape) => shape.length === 1 && sameDim(shape[0]!, lists[0]![0] ?? 1),
    );
    const [height] = back.at(-1)!.shape;
    if (!oneEach || dense!.shape.length !== 2 || !sameDim(dense!.shape[0]!, height!)) {
      refuseShapes(
        'sparseMatmul',
        [dense!.shape, ...lists],
        `[${String(height)}, width] and a value, a column and a row for each entry`,
        'Make the plan with sparsePlan() of the same entries, and pass one value for each.',
      );
    }
    return [{ dtype: dense!.dtype, shape: [plan.at(-1)!.shape[0]!, dense!.shape[1]!] }];
  },
  evaluate: ([dense, values, columns, ...plan], { buckets }, [out]) => {
    const width = out!.shape[1]!;
    const entries = values!.data.length;
    const result = new Float64Array(out!.shape[0]! * width);
    const found = bucketRows(plan.slice(0, buckets));
    plan[buckets]!.data.forEach((bucketRow, row) => {
      checkIndex('sparseMatmul', bucketRow, found.length);
      for (const entry of found[bucketRow]!) {
        checkIndex('sparseMatmul', entry, entries + 1);
        if (entry === entries) continue;
        const column = columns!.data[entry]!;
        checkIndex('sparseMatmul', column, dense!.shape[0]!);
        for (let i = 0; i < width; i++) {
          result[row * width + i]! += values!.data[entry]! * dense!.data[column * width + i]!;
        }
      }
    });
    return [result];
  },
  gradient: ({ inputs, upstream: [dy], attributes }) => {
    const [dense, values, columns, ...rest] = inputs as [Tensor, Tensor, Tensor, ...Tensor[]];
    const { buckets } = attributes;
    const [byRow, rows, byColumn] = [
      rest.slice(0, buckets + 1),
      rest[buckets + 1]!,
      rest.slice(buckets + 2),
    ];
    const make = (transposed: readonly Tensor[]): Tensor =>
      new Tensor(makeNode(sparseMatmul, transposed, attributes));
    const spread = (x: Tensor, at: Tensor, plan: readonly Tensor[]): Tensor =>
      new Tensor(makeNode(gatherRows, [x, at, ...plan], {}));
    return [
      make([dy!, values, rows, ...byColumn, columns, ...byRow]),
      spread(dy!, rows, byRow)
        .mul(spread(dense, columns, byColumn))
        .sum(-1),
    ];
  },
  lower: (emit, { buckets }) => {
    const [dense, values, columns, ...plan] = emit.inputs;
    const padded = padRow(emit, dense!);
    const [zeroBehind, pastBehind] = [withZero(emit, values!), withPadRow(emit, columns!)];
    const pass = passing(emit);
    const middle = emit.constant(int64s([1]));
    const sums = plan.slice(0, buckets).map((bucket) => {
      const rows = pass('Gather', [padded, pass('Gather', [pastBehind, bucket])]);
      const weights = pass('Unsqueeze', [pass('Gather', [zeroBehind, bucket]), middle]);
      return pass('Squeeze', [pass('MatMul', [weights, rows]), middle]);
    });
    const joined = pass('Concat', sums, { axis: int(0) });
    emit.node('Gather', [joined, plan[buckets]!], emit.outputs, { axis: int(0) });
  },
};

/** The values with a 0 behind them, which the padding of a bucket takes. */
function withZero(emit: Emitter, values: string): string {
  const name = emit.fresh();
  const zero = emit.constant({ ...zeroOf(emit.inputSpecs[1]!.dtype), shape: [1] });
  emit.node('Concat', [values, zero], [name], { axis: int(0) });
  return name;
}

/** The columns with that of the pad row behind them. */
function withPadRow(emit: Emitter, columns: string): string {
  const { dtype } = emit.inputSpecs[2]!;
  const [cast, name] = [emit.fresh(), emit.fresh()];
  const height = emit.shape([emit.inputSpecs[0]!.shape[0]!]);
  emit.node('Cast', [height], [cast], { to: int(dataTypeOf(dtype)) });
  emit.node('Concat', [columns, cast], [name], { axis: int(0) });
  return name;
}
