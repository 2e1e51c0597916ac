import { type Dim, type DType, hostTensor } from '@limbeck/core';
import { multiplyDims, sameShape } from '../dims.js';
import type { Emitter } from '../operator.js';
import { int, isFloat } from './support.js';

/** Below this many rows or columns ONNX Runtime's own sum is as fast. */
const enough = 64;
/** Rows up to which a row of ones is kept in the file. */
const most = 4096;

const isLarge = (dim: Dim): boolean => typeof dim === 'string' || dim >= enough;

/**
 * Writes a sum over the first axes of a large tensor as a product with a row of ones, which more than one thread computes
 * in two thirds of the time of ReduceSum: the gradients of biases, scales and shifts are such sums. Gemm, since it bears an
 * empty axis.
 *
 * @returns whether it has been written
 */
export function writeColumnSums(emit: Emitter, axes: readonly number[]): boolean {
  const [{ dtype, shape }] = emit.inputSpecs as [Emitter['inputSpecs'][number]];
  const { length } = axes;
  if (length === 0 || length === shape.length || axes.some((axis, i) => axis !== i)) return false;
  const rows = multiplyDims(...shape.slice(0, length));
  const columns = multiplyDims(...shape.slice(length));
  const fits = isFloat(dtype) && isLarge(rows) && typeof columns === 'number' && isLarge(columns);
  if (!fits || emit.portable) return false;

  let [x] = emit.inputs as [string];
  if (shape.length !== 2) {
    x = emit.fresh();
    const flat = emit.shape([rows, columns]);
    emit.node('Reshape', [emit.inputs[0]!, flat], [x], { allowzero: int(1) });
  }
  const out = emit.outputSpecs[0]!.shape;
  const whole = sameShape(out, [1, columns]);
  const sums = whole ? emit.outputs[0]! : emit.fresh();
  emit.node('Gemm', [onesOf(emit, dtype, rows), x], [sums]);
  if (!whole) emit.node('Reshape', [sums, emit.shape(out)], emit.outputs, { allowzero: int(1) });
  return true;
}

function onesOf(emit: Emitter, dtype: DType, rows: Dim): string {
  const small = typeof rows === 'number' && rows <= most;
  const shape = small ? [1, rows] : [];
  const values = Array.from({ length: small ? rows : 1 }, () => 1);
  const ones = emit.constant(hostTensor(dtype, shape, values));
  if (small) return ones;
  const expanded = emit.fresh();
  emit.node('Expand', [ones, emit.shape([1, rows])], [expanded]);
  return expanded;
}
