import { sizeOf } from '@limbeck/core';
import type {
  ConcatAttributes,
  DimensionAttributes,
  SliceAttributes,
  TransposeAttributes,
} from '../ops/shape.js';
import type { SplitAttributes } from '../ops/rearrange.js';
import { stridesOf } from '../ops/support.js';
import type { KernelMaker, KernelMakers } from './kernel.js';
import { referenceKernel } from './reference.js';
import type { PlainValue, Store } from './store.js';

/** Copies blocks of `length` elements, `count` of them, from every `fromStep` to every `toStep`. */
function copyBlocks(
  to: Store,
  toAt: number,
  toStep: number,
  from: Store,
  fromAt: number,
  fromStep: number,
  length: number,
  count: number,
): void {
  if (length < 16) {
    for (let n = 0; n < count; n++) {
      const a = toAt + n * toStep;
      const b = fromAt + n * fromStep;
      for (let i = 0; i < length; i++) to[a + i] = from[b + i]!;
    }
    return;
  }
  for (let n = 0; n < count; n++) {
    const start = fromAt + n * fromStep;
    to.set(from.subarray(start, start + length), toAt + n * toStep);
  }
}

/** How many elements lie in one index of an axis, and how many times the axis is walked. */
function aroundAxis({ shape }: PlainValue, axis: number): readonly [count: number, inner: number] {
  return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
}

const concat: KernelMaker = (node) => {
  const { axis } = node.attributes as ConcatAttributes;
  return (inputs, outputs) => {
    const out = outputs[0]!;
    const [count, inner] = aroundAxis(out, axis);
    const step = out.shape[axis]! * inner;
    let at = 0;
    for (const { data, shape } of inputs) {
      const length = shape[axis]! * inner;
      copyBlocks(out.data, at, step, data, 0, length, length, count);
      at += length;
    }
  };
};

const split: KernelMaker = (node) => {
  const { axis } = node.attributes as SplitAttributes;
  return ([x], outputs) => {
    const [count, inner] = aroundAxis(x!, axis);
    const step = x!.shape[axis]! * inner;
    let at = 0;
    for (const { data, shape } of outputs) {
      const length = shape[axis]! * inner;
      copyBlocks(data, 0, length, x!.data, at, step, length, count);
      at += length;
    }
  };
};

const slice: KernelMaker = (node) => {
  const { axis, start, step } = node.attributes as SliceAttributes;
  const reference = referenceKernel(node);
  if (step !== 1) return undefined;
  return (inputs, outputs, dim) => {
    const [x, out] = [inputs[0]!, outputs[0]!];
    const from = dim(start);
    const taken = out.shape[axis]!;
    // The reference refuses a range that lies outside.
    if (from < 0 || from + taken > x.shape[axis]!) return reference(inputs, outputs, dim);
    const [count, inner] = aroundAxis(x, axis);
    const [length, whole] = [taken * inner, x.shape[axis]! * inner];
    copyBlocks(out.data, 0, length, x.data, from * inner, whole, length, count);
  };
};

const unslice: KernelMaker = (node) => {
  const { axis, start, step } = node.attributes as SliceAttributes;
  const reference = referenceKernel(node);
  if (step !== 1) return undefined;
  return (inputs, outputs, dim) => {
    const [x, out] = [inputs[0]!, outputs[0]!];
    const from = dim(start);
    if (from < 0 || from + x.shape[axis]! > out.shape[axis]!)
      return reference(inputs, outputs, dim);
    const [count, inner] = aroundAxis(x, axis);
    const [length, whole] = [x.shape[axis]! * inner, out.shape[axis]! * inner];
    out.data.fill(0);
    copyBlocks(out.data, from * inner, whole, x.data, 0, length, length, count);
  };
};

const transpose: KernelMaker = (node) => {
  const { order } = node.attributes as TransposeAttributes;
  // Axes at the end that stay where they are move together.
  let moved = order.length;
  while (moved > 0 && order[moved - 1] === moved - 1) moved--;
  return ([x], [out]) => {
    const block = sizeOf(x!.shape.slice(moved));
    const strides = stridesOf(x!.shape);
    const sizes = out!.shape.slice(0, moved);
    const steps = order.slice(0, moved).map((axis) => strides[axis]!);
    if (out!.data.length === 0) return;
    walkBlocks(sizes, steps, block, x!.data, out!.data);
  };
};

/** Copies blocks in the order of a result's axes, the innermost of which is a loop of its own. */
function walkBlocks(
  sizes: readonly number[],
  steps: readonly number[],
  block: number,
  from: Store,
  to: Store,
): void {
  const last = sizes.length - 1;
  if (last < 0) return to.set(from);
  const [inner, step] = [sizes[last]!, steps[last]!];
  const runs = to.length / (inner * block);
  const at = sizes.map(() => 0);
  let start = 0;
  for (let n = 0; n < runs; n++) {
    if (block === 1) {
      const out = n * inner;
      for (let i = 0, j = start; i < inner; i++, j += step) to[out + i] = from[j]!;
    } else {
      copyBlocks(to, n * inner * block, block, from, start, step, block, inner);
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      start += steps[axis]!;
      if (++at[axis]! < sizes[axis]!) break;
      start -= steps[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
}

const dimension: KernelMaker = (node) => {
  const { dim: size } = node.attributes as DimensionAttributes;
  return (_inputs, [out], dim) => {
    out!.data[0] = dim(size);
  };
};

const iota: KernelMaker = () => (_inputs, outputs) => {
  const { data } = outputs[0]!;
  for (let i = 0; i < data.length; i++) data[i] = i;
};

/** Kernels of what moves elements, or makes them of sizes. */
export const moveKernels: KernelMakers = {
  concat,
  split,
  slice,
  unslice,
  transpose,
  dimension,
  iota,
};
