import { sizeOf } from '@limbeck/core';
import { type AlongAttributes, checkIndex } from '../ops/index-ops.js';
import type { KernelMaker, KernelMakers } from './kernel.js';

const gather: KernelMaker = () => (inputs, outputs) => {
  const [table, indices] = inputs as [(typeof inputs)[number], (typeof inputs)[number]];
  const to = outputs[0]!.data;
  const [from, at] = [table.data, indices.data];
  const rows = table.shape[0]!;
  const width = sizeOf(table.shape.slice(1));
  for (let i = 0; i < at.length; i++) {
    const index = at[i]!;
    if (!(index >= 0 && index < rows)) checkIndex('gather', index, rows);
    if (width === 1) to[i] = from[index]!;
    else if (width < 32) {
      for (let k = 0; k < width; k++) to[i * width + k] = from[index * width + k]!;
    } else to.set(from.subarray(index * width, (index + 1) * width), i * width);
  }
};

/** Elements added up at their indices along the last axis, as counts of n-grams are. */
const scatterAddAlong: KernelMaker = (node) => {
  const { axis } = node.attributes as AlongAttributes;
  const { dtype, shape } = node.inputs[0]!;
  if (dtype !== 'float32' || axis !== shape.length - 1) return undefined;
  return ([updates, indices], [out]) => {
    const [from, at, to] = [
      updates!.data as Float32Array,
      indices!.data,
      out!.data as Float32Array,
    ];
    const [count, size] = [updates!.shape.at(-1)!, out!.shape.at(-1)!];
    to.fill(0);
    for (let start = 0, row = 0; start < from.length; start += count, row += size) {
      for (let i = start; i < start + count; i++) {
        const index = at[i]!;
        if (!(index >= 0 && index < size)) checkIndex('scatterAddAlong', index, size);
        to[row + index]! += from[i]!;
      }
    }
  };
};

/** Kernels of what goes by indices. */
export const indexedKernels: KernelMakers = { gather, scatterAddAlong };
