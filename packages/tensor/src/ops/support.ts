import {
  allocate,
  type Dim,
  type DType,
  type HostTensor,
  hostTensor,
  LimbeckError,
  sizeOf,
  type Spec,
} from '@limbeck/core';
import { sameDim, showShape } from '../dims.js';
import type { Emitter, OnnxAttribute } from '../operator.js';

/** An ONNX attribute of type INT. */
export const int = (value: number): OnnxAttribute => ({ int: value });
/** An ONNX attribute of type FLOAT. */
export const float = (value: number): OnnxAttribute => ({ float: value });
/** An ONNX attribute of type INTS. */
export const ints = (value: readonly number[]): OnnxAttribute => ({ ints: value });

/** An int64 vector. */
export function int64s(values: readonly number[]): HostTensor<'int64'> {
  return hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt));
}

/** Whether gradients flow through a dtype. */
export function isFloat(dtype: DType): boolean {
  return floats.includes(dtype);
}

/** Throws the error of shapes that do not fit, naming the operator and what would fit. */
export function refuseShapes(
  operator: string,
  shapes: readonly (readonly Dim[])[],
  expected: string,
  next = 'Reshape one of them, or check which tensor was passed.',
): never {
  throw new LimbeckError('shape-mismatch', {
    where: operator,
    given: shapes.map(showShape).join(' and '),
    expected,
    next,
  });
}

/** Checks that an input has one of these dtypes. @throws LimbeckError `dtype-mismatch` */
export function checkDtype(operator: string, spec: Spec, allowed: readonly DType[]): void {
  if (allowed.includes(spec.dtype)) return;
  throw new LimbeckError('dtype-mismatch', {
    where: operator,
    given: `a ${spec.dtype} tensor of shape ${showShape(spec.shape)}`,
    expected: allowed.join(' or '),
    next: `Convert it with cast('${allowed[0]!}').`,
  });
}

/** Checks that all inputs have one dtype. @throws LimbeckError `dtype-mismatch` */
export function checkSameDtype(operator: string, inputs: readonly Spec[]): void {
  const [first] = inputs;
  const other = inputs.find((input) => input.dtype !== first!.dtype);
  if (other === undefined) return;
  throw new LimbeckError('dtype-mismatch', {
    where: operator,
    given: `${first!.dtype} and ${other.dtype}`,
    expected: 'tensors of one dtype',
    next: `Convert one with cast('${first!.dtype}').`,
  });
}

/** The axis counted from the front. @throws LimbeckError `invalid-option` */
export function frontAxis(operator: string, axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && front >= 0 && front < rank) return front;
  throw new LimbeckError('invalid-option', {
    where: operator,
    given: `axis ${axis} of a tensor with ${rank} axes`,
    expected:
      rank === 0 ? 'a tensor with at least one axis' : `an axis from ${-rank} to ${rank - 1}`,
    next: 'Count axes from 0, or from the end with -1.',
  });
}

/** The shape that shapes broadcast to. @throws LimbeckError `shape-mismatch` */
export function broadcastShapes(operator: string, ...shapes: readonly (readonly Dim[])[]): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - (rank - shape.length)] ?? 1;
      if (dim === 1 || sameDim(dim, result)) continue;
      if (result !== 1) {
        refuseShapes(operator, shapes, 'sizes that are equal or 1, aligned at the last axis');
      }
      result = dim;
    }
    return result;
  });
}

/** Strides of a row-major shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = Array.from({ length: shape.length }, () => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  }
  return strides;
}

/** For every element of `to`, in order, where the element that broadcasts to it lies in `from`. */
export function broadcastIndex(from: readonly number[], to: readonly number[]): Int32Array {
  const own = stridesOf(from);
  const lead = to.length - from.length;
  const steps = to.map((_, axis) =>
    axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]!,
  );
  return walk(to, steps);
}

/** Offsets of a strided walk over a shape in row-major order. */
export function walk(shape: readonly number[], steps: readonly number[], start = 0): Int32Array {
  const size = sizeOf(shape);
  const offsets = new Int32Array(size);
  const position = new Int32Array(shape.length);
  let offset = start;
  for (let i = 0; i < size; i++) {
    offsets[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += steps[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      offset -= steps[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return offsets;
}

/** Brings a float64 result into a dtype's range, as the dtype's own arithmetic would: uint32 wraps, and so on. */
export function wrap(dtype: DType, value: number): number {
  switch (dtype) {
    case 'uint32':
      return value >>> 0;
    case 'int32':
      return value | 0;
    case 'uint8':
      return value & 255;
    case 'int8':
      return (value << 24) >> 24;
    case 'bool':
      return value === 0 ? 0 : 1;
    case 'int64':
      // + 0 makes 0 of −0, which whole numbers do not have.
      return Math.trunc(value) + 0;
    default:
      return value;
  }
}

/** Writes nodes of one output each, under names of their own, which it gives. */
export function passing(
  emit: Emitter,
): (
  type: string,
  inputs: readonly string[],
  attributes?: { readonly [name: string]: OnnxAttribute },
) => string {
  return (type, inputs, attributes = {}) => {
    const name = emit.fresh();
    emit.node(type, inputs, [name], attributes);
    return name;
  };
}

/** One zero of a dtype. */
export function zeroOf(dtype: DType): HostTensor {
  return { dtype, shape: [], data: allocate(dtype, 1) };
}

/** The names of the dtypes through which gradients flow. */
export const floats: readonly DType[] = ['float32', 'float64'];
