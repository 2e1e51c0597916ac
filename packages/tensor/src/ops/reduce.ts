import { type Dim, type DType, sizeOf, type Spec } from '@limbeck/core';
import type { Operator, Value } from '../operator.js';
import { writeColumnSums } from './column-sums.js';
import {
  checkDtype,
  frontAxis,
  int,
  int64s,
  isFloat,
  refuseShapes,
  stridesOf,
  walk,
  wrap,
} from './support.js';

/** Attributes of the reductions: axes counted from the front, in rising order; kept as size 1 or dropped. */
export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keep: boolean;
}

const numbers: readonly DType[] = ['float32', 'float64', 'int32', 'int64'];

/** The shape after a reduction. */
export function reducedShape(shape: readonly Dim[], { axes, keep }: ReduceAttributes): Dim[] {
  return shape.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dim]));
}

function infer(name: string, x: Spec, attributes: ReduceAttributes): Spec {
  checkDtype(name, x, numbers);
  for (const axis of attributes.axes) frontAxis(name, axis, x.shape.length);
  if (new Set(attributes.axes).size !== attributes.axes.length) {
    refuseShapes(
      name,
      [x.shape],
      `axes that are named once each, not [${attributes.axes.join(', ')}]`,
      'Leave the repeated axis out.',
    );
  }
  return { dtype: x.dtype, shape: reducedShape(x.shape, attributes) };
}

function fold(
  x: Value,
  axes: readonly number[],
  start: number,
  step: (sum: number, element: number) => number,
): Float64Array {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const into = walk(x.shape, strides);
  const out = new Float64Array(sizeOf(kept)).fill(start);
  for (let i = 0; i < into.length; i++) out[into[i]!] = step(out[into[i]!]!, x.data[i]!);
  return out;
}

/** The sum over axes; 0 over an empty one. */
export const sum: Operator<ReduceAttributes> = {
  name: 'sum',
  infer: ([x], attributes) => [infer('sum', x!, attributes)],
  evaluate: ([x], { axes }) => [
    fold(x!, axes, 0, (total, element) => wrap(x!.dtype, total + element)),
  ],
  gradient: ({ inputs: [x], upstream: [dy], attributes: { axes } }) => [
    isFloat(x!.dtype)
      ? dy!.reshape(reducedShape(x!.shape, { axes, keep: true })).expand(x!.shape)
      : undefined,
  ],
  lower: (emit, { axes, keep }) => {
    if (axes.length === 0) return emit.node('Identity', emit.inputs, emit.outputs);
    if (writeColumnSums(emit, axes)) return;
    emit.node('ReduceSum', [emit.inputs[0]!, emit.constant(int64s(axes))], emit.outputs, {
      keepdims: int(keep ? 1 : 0),
    });
  },
};

/** What ONNX gives as the largest of no elements. */
function lowest(dtype: DType): number {
  if (dtype === 'int32') return -(2 ** 31);
  return dtype === 'int64' ? -(2 ** 63) : -Infinity;
}

/** What ONNX gives as the smallest of no elements. */
function highest(dtype: DType): number {
  if (dtype === 'int32') return 2 ** 31 - 1;
  return dtype === 'int64' ? 2 ** 63 - 1 : Infinity;
}

function extreme(
  name: string,
  onnx: string,
  start: (dtype: DType) => number,
  better: (a: number, b: number) => number,
): Operator<ReduceAttributes> {
  return {
    name,
    infer: ([x], attributes) => [infer(name, x!, attributes)],
    evaluate: ([x], { axes }) => [fold(x!, axes, start(x!.dtype), better)],
    gradient: ({ inputs: [x], outputs: [y], upstream: [dy], attributes: { axes } }) => {
      const kept = reducedShape(x!.shape, { axes, keep: true });
      const hits = x!.equal(y!.reshape(kept)).cast(x!.dtype);
      const share = dy!.reshape(kept).div(hits.sum(axes, { keep: true }));
      return [hits.mul(share)];
    },
    lower: (emit, { axes, keep }) => {
      if (axes.length === 0) return emit.node('Identity', emit.inputs, emit.outputs);
      emit.node(onnx, [emit.inputs[0]!, emit.constant(int64s(axes))], emit.outputs, {
        keepdims: int(keep ? 1 : 0),
      });
    },
  };
}

/**
 * The largest element over axes, the dtype's lowest value over an empty one; its gradient is shared equally among
 * equal largest ones.
 */
export const max: Operator<ReduceAttributes> = extreme('max', 'ReduceMax', lowest, Math.max);

/** The smallest element over axes, the dtype's highest value over an empty one; its gradient is shared likewise. */
export const min: Operator<ReduceAttributes> = extreme('min', 'ReduceMin', highest, Math.min);

/** Attributes of {@link argMax} and {@link argMin}. */
export interface ArgMaxAttributes {
  readonly axis: number;
}

function position(
  name: string,
  onnx: string,
  better: (a: number, b: number) => boolean,
): Operator<ArgMaxAttributes> {
  return {
    name,
    infer: ([x], { axis }) => {
      checkDtype(name, x!, numbers);
      const front = frontAxis(name, axis, x!.shape.length);
      return [{ dtype: 'int64', shape: x!.shape.filter((_, other) => other !== front) }];
    },
    evaluate: ([x], { axis }) => {
      const size = x!.shape[axis]!;
      const stride = stridesOf(x!.shape)[axis]!;
      const rest = x!.shape.map((dim, other) => (other === axis ? 1 : dim));
      const starts = walk(rest, stridesOf(x!.shape));
      return [
        Float64Array.from(starts, (start) => {
          let best = 0;
          for (let i = 1; i < size; i++) {
            if (better(x!.data[start + i * stride]!, x!.data[start + best * stride]!)) best = i;
          }
          return best;
        }),
      ];
    },
    gradient: 'an index has no gradient',
    lower: (emit, { axis }) =>
      emit.node(onnx, emit.inputs, emit.outputs, { axis: int(axis), keepdims: int(0) }),
  };
}

/** The index of the first largest element along an axis, as int64; the axis is dropped. */
export const argMax: Operator<ArgMaxAttributes> = position('argMax', 'ArgMax', (a, b) => a > b);

/** The index of the first smallest element along an axis, as int64; the axis is dropped. */
export const argMin: Operator<ArgMaxAttributes> = position('argMin', 'ArgMin', (a, b) => a < b);
