import type { Dim } from '@limbeck/core';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';

type Build = (x: Tensor, axes: number[] | undefined, keep: boolean) => Tensor;

const reduce =
  (build: Build): Reader =>
  (node) => {
    const x = node.tensor(0);
    const axes = node.axes(1, x.shape.length) ?? [];
    if (axes.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return [x];
    return [build(x, axes.length === 0 ? undefined : axes, node.int('keepdims', 1) === 1)];
  };

function index(node: ReadNode, least: boolean): Read {
  const x = node.tensor(0);
  const axis = node.axis(0, x.shape.length);
  const isLast = node.int('select_last_index', 0) === 1;
  const turned = isLast ? x.flip(axis) : x;
  const found = least ? turned.argMin(axis) : turned.argMax(axis);
  const y = isLast ? lastIndex(found, x, axis) : found;
  return [node.int('keepdims', 1) === 1 ? y.reshape(x.shape.with(axis, 1)) : y];
}

/** Counted from the end of an axis that was turned round. */
function lastIndex(found: Tensor, x: Tensor, axis: number): Tensor {
  const size = x.cast('int64').sizeOf(axis);
  return typeof size === 'number' ? found.neg().add(size - 1) : size.sub(1).sub(found);
}

function topK(node: ReadNode): Read {
  const x = node.tensor(0);
  const axis = node.axis(-1, x.shape.length);
  const given: Dim = node.has(1) ? node.sizes(1)[0]! : node.int('k', 1);
  const { values, indices } = x.topK(given, { axis, largest: node.int('largest', 1) === 1 });
  return [values, indices];
}

/** More factors are not written out one by one. */
const mostFactors = 64;

function product(node: ReadNode): Read {
  const x = node.tensor(0);
  const axes = node.axes(1, x.shape.length) ?? all(x);
  if (axes.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return [x];
  const reduced = axes.length === 0 ? all(x) : axes;
  let y = x;
  for (const axis of reduced) {
    const size = x.shape[axis]!;
    if (typeof size !== 'number' || size < 1 || size > mostFactors) {
      return node.refuse(`a product over an axis of ${size}`);
    }
    const whole = y;
    const factors = Array.from({ length: size }, (_, i) => whole.slice(axis, i, i + 1));
    y = factors.reduce((a, b) => a.mul(b));
  }
  const keep = node.int('keepdims', 1) === 1;
  return [keep ? y : y.reshape(x.shape.filter((_, axis) => !reduced.includes(axis)))];
}

const all = (x: Tensor): number[] => x.shape.map((_, axis) => axis);

/** Readers of the reductions. */
export const reductionReaders: { readonly [type: string]: Reader } = {
  ReduceSum: reduce((x, axes, keep) => x.sum(axes, { keep })),
  ReduceMax: reduce((x, axes, keep) => x.max(axes, { keep })),
  ReduceMin: reduce((x, axes, keep) => x.min(axes, { keep })),
  ReduceMean: reduce((x, axes, keep) => x.mean(axes, { keep })),
  ReduceL1: reduce((x, axes, keep) => x.abs().sum(axes, { keep })),
  ReduceL2: reduce((x, axes, keep) => x.norm(axes ?? all(x), { keep })),
  ReduceSumSquare: reduce((x, axes, keep) => x.square().sum(axes, { keep })),
  ReduceLogSum: reduce((x, axes, keep) => x.sum(axes, { keep }).log()),
  ReduceLogSumExp: reduce((x, axes, keep) => x.logSumExp(axes ?? all(x), { keep })),
  ReduceProd: product,
  ArgMax: (node) => index(node, false),
  ArgMin: (node) => index(node, true),
  TopK: topK,
};
