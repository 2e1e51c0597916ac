import type { ReduceAttributes } from '../ops/reduce.js';
import type { KernelMaker, KernelMakers } from './kernel.js';

/** Sizes before, along and behind the axes that go; nothing where others lie between them. */
function aroundAxes(
  shape: readonly number[],
  axes: readonly number[],
): readonly [outer: number, along: number, inner: number] | undefined {
  const [first, last] = [axes[0]!, axes.at(-1)!];
  if (axes.length === 0 || last - first + 1 !== axes.length) return undefined;
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  return [
    product(shape.slice(0, first)),
    product(shape.slice(first, last + 1)),
    product(shape.slice(last + 1)),
  ];
}

type Fold = (
  out: Float32Array,
  x: Float32Array,
  outer: number,
  along: number,
  inner: number,
) => void;

function folding(fold: Fold): KernelMaker {
  return (node) => {
    const { axes } = node.attributes as ReduceAttributes;
    const neighbours = axes.length > 0 && axes.at(-1)! - axes[0]! + 1 === axes.length;
    if (node.inputs[0]!.dtype !== 'float32' || !neighbours) return undefined;
    return ([x], [out]) => {
      const [outer, along, inner] = aroundAxes(x!.shape, axes)!;
      fold(out!.data as Float32Array, x!.data as Float32Array, outer, along, inner);
    };
  };
}

const sum: Fold = (out, x, outer, along, inner) => {
  if (inner === 1) {
    for (let n = 0; n < outer; n++) {
      let total = 0;
      for (let k = 0; k < along; k++) total += x[n * along + k]!;
      out[n] = total;
    }
    return;
  }
  const totals = new Float64Array(inner);
  for (let n = 0; n < outer; n++) {
    totals.fill(0);
    for (let k = 0; k < along; k++) {
      const from = (n * along + k) * inner;
      for (let i = 0; i < inner; i++) totals[i]! += x[from + i]!;
    }
    out.set(totals, n * inner);
  }
};

/** The extreme is the first element's place in `out`, and each further one is compared with it. */
const max: Fold = (out, x, outer, along, inner) => {
  out.fill(-Infinity);
  for (let n = 0; n < outer; n++) {
    for (let k = 0; k < along; k++) {
      const from = (n * along + k) * inner;
      for (let i = 0; i < inner; i++)
        out[n * inner + i] = Math.max(out[n * inner + i]!, x[from + i]!);
    }
  }
};

const min: Fold = (out, x, outer, along, inner) => {
  out.fill(Infinity);
  for (let n = 0; n < outer; n++) {
    for (let k = 0; k < along; k++) {
      const from = (n * along + k) * inner;
      for (let i = 0; i < inner; i++)
        out[n * inner + i] = Math.min(out[n * inner + i]!, x[from + i]!);
    }
  }
};

/** Kernels of sums and extremes over axes that lie side by side. */
export const reductionKernels: KernelMakers = {
  sum: folding(sum),
  max: folding(max),
  min: folding(min),
};
