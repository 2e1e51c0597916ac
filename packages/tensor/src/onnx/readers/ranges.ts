import type { Dim } from '@limbeck/core';
import { addDims } from '../../dims.js';
import { constant, where } from '../../functions.js';
import type { Tensor } from '../../tensor.js';
import { pad } from './axes.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

/** No size is as large: exporters write such numbers to mean "to the end". */
const beyondAll = 1e9;

/** A bound of Slice from the front of the axis, inside it where both are numbers. */
function bound(given: Dim, size: Dim): Dim {
  if (typeof given === 'string') return given;
  if (given >= beyondAll) return size;
  if (given < 0) {
    if (typeof size === 'number') return Math.max(0, size + given);
    return addDims(size, given);
  }
  return typeof size === 'number' ? Math.min(given, size) : given;
}

interface Bounds {
  readonly starts: readonly Dim[];
  readonly stops: readonly Dim[];
  readonly axes: readonly number[];
  readonly steps: readonly number[];
}

function boundsOf(node: ReadNode, rank: number): Bounds {
  const isOld = node.hasAttribute('starts');
  const [starts, stops] = isOld
    ? [node.ints('starts')!, node.ints('ends') ?? []]
    : [node.sizes(1), node.sizes(2)];
  const axes = node.axes(3, rank) ?? starts.map((_, axis) => node.inRank(axis, rank));
  const steps = node.has(4) ? node.numbers(4) : starts.map(() => 1);
  if ([stops, axes, steps].some(({ length }) => length !== starts.length)) {
    node.refuse('bounds of different lengths');
  }
  return { starts, stops, axes, steps };
}

function slice(node: ReadNode): Read {
  const value = node.value(0);
  const { starts, stops, axes, steps } = boundsOf(node, value.shape.length);
  if (steps.includes(0)) node.refuse(`steps ${steps.join(', ')}`);
  if (value.sizes !== undefined && axes.length === 1) {
    const { length } = value.sizes;
    const step = steps[0]!;
    const [from, to] = [bound(starts[0]!, length), bound(stops[0]!, length)];
    if (typeof from === 'number' && typeof to === 'number' && step > 0) {
      const kept = value.sizes.slice(from, to).filter((_, i) => i % step === 0);
      return [OnnxValue.sizes(kept, false, value.dtype)];
    }
  }
  let x = value.tensor;
  axes.forEach((axis, i) => {
    const step = steps[i]!;
    x =
      step > 0
        ? forwards(x, axis, starts[i]!, stops[i]!, step)
        : backwards(node, x, axis, starts[i]!, stops[i]!, -step);
  });
  return [x];
}

function forwards(x: Tensor, axis: number, start: Dim, stop: Dim, step: number): Tensor {
  const size = x.shape[axis]!;
  const [from, to] = [bound(start, size), bound(stop, size)];
  const empty = typeof from === 'number' && typeof to === 'number' && from > to;
  return x.slice(axis, from, empty ? from : to, step);
}

/** A slice from the end to the front: the axis is turned round, and sliced forwards. */
function backwards(
  node: ReadNode,
  x: Tensor,
  axis: number,
  start: Dim,
  stop: Dim,
  step: number,
): Tensor {
  const size = x.shape[axis]!;
  const turned = x.flip(axis);
  if (typeof start !== 'number' || typeof stop !== 'number') node.refuse('named bounds backwards');
  if (typeof size !== 'number') {
    const isWhole = (start === -1 || start >= beyondAll) && stop <= -beyondAll;
    return isWhole ? turned.slice(axis, 0, size, step) : node.refuse(`part of size ${size}`);
  }
  const first = Math.min(size - 1, start < 0 ? start + size : start);
  const last = Math.max(-1, stop < 0 ? stop + size : stop);
  const [from, to] = [size - 1 - first, size - 1 - last];
  return turned.slice(axis, from, Math.max(from, to), step);
}

/** Rows of an axis by numbers that are known: what padding by reflection or repetition does. */
function picked(x: Tensor, axis: number, indices: readonly number[]): Tensor {
  const at = constant({
    dtype: 'int64',
    shape: [indices.length],
    data: BigInt64Array.from(indices, BigInt),
  });
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const order = [axis, ...others];
  const rows = x.transpose(order).gather(at);
  return rows.transpose(order.map((_, i) => order.indexOf(i)));
}

function padIndex(mode: string, at: number, size: number): number {
  if (mode === 'edge') return Math.min(size - 1, Math.max(0, at));
  if (mode === 'wrap') return ((at % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const inside = ((at % period) + period) % period;
  return inside < size ? inside : period - inside;
}

/** More would be memory that the file's size does not explain. */
const mostPadding = 65536;

function mirrored(
  node: ReadNode,
  mode: string,
  x: Tensor,
  axis: number,
  before: Dim,
  after: Dim,
): Tensor {
  const size = x.shape[axis]!;
  if (![before, after, size].every((dim): dim is number => typeof dim === 'number')) {
    node.refuse(`mode ${mode} and named sizes`);
  }
  const [left, right, inner] = [Number(before), Number(after), Number(size)];
  const count = left + inner + right;
  if (inner === 0 || count > mostPadding || count < 0) node.refuse(`${count} padded elements`);
  return picked(
    x,
    axis,
    Array.from({ length: count }, (_, i) => padIndex(mode, i - left, inner)),
  );
}

function pads(node: ReadNode): Read {
  const mode = node.string('mode', 'constant');
  node.only('mode', 'constant', ['constant', 'edge', 'reflect', 'wrap']);
  let x = node.tensor(0);
  const rank = x.shape.length;
  const amounts = node.has(1) ? node.sizes(1) : (node.ints('pads') ?? node.ints('paddings') ?? []);
  const axes = node.axes(3, rank) ?? x.shape.map((_, axis) => axis);
  if (amounts.length !== 2 * axes.length) node.refuse(`${amounts.length} amounts`);
  const fill = node.has(2) ? node.tensor(2) : x.scalar(node.float('value', 0));
  const isZero = node.has(2)
    ? Number(node.value(2).host?.data[0] ?? 1) === 0
    : node.float('value', 0) === 0;
  let inside = mode === 'constant' && !isZero ? x.scalar(1).expand(x.shape) : undefined;
  axes.forEach((axis, i) => {
    const [before, after] = [amounts[i]!, amounts[i + axes.length]!];
    if (before === 0 && after === 0) return;
    x =
      mode === 'constant'
        ? pad(x, axis, before, after)
        : mirrored(node, mode, x, axis, before, after);
    inside = inside && pad(inside, axis, before, after);
  });
  return [inside === undefined ? x : where(inside.equal(0), fill.reshape([]), x)];
}

function trilu(node: ReadNode): Read {
  const x = node.tensor(0);
  const diagonal = node.number(1, 0);
  return [node.int('upper', 1) === 1 ? x.triu(diagonal) : x.tril(diagonal)];
}

function cumsum(node: ReadNode): Read {
  const x = node.tensor(0);
  const axis = node.inRank(node.number(1, 0), x.shape.length);
  const options = {
    exclusive: node.int('exclusive', 0) === 1,
    reverse: node.int('reverse', 0) === 1,
  };
  return [x.cumsum(axis, options)];
}

/** Readers of the operators that take, add and sum runs of an axis. */
export const rangeReaders: { readonly [type: string]: Reader } = {
  Slice: slice,
  Pad: pads,
  Trilu: trilu,
  CumSum: cumsum,
};
