import type { Dim } from '@limbeck/core';
import { addDims, subtractDims } from '../../dims.js';
import { concat, where } from '../../functions.js';
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

/** An axis with what lies before and behind it made from its own elements. */
function mirrored(mode: string, x: Tensor, axis: number, before: Dim, after: Dim): Tensor {
  const size = x.shape[axis]!;
  const parts = { before: [] as Tensor[], after: [] as Tensor[] };
  const wide = (row: Tensor, count: Dim): Tensor => row.expand(x.shape.with(axis, count));
  if (before !== 0) parts.before.push(beforeAxis(mode, x, axis, before, wide));
  if (after !== 0) {
    const from = subtractDims(size, after);
    const made = {
      edge: () => wide(x.slice(axis, subtractDims(size, 1), size), after),
      wrap: () => x.slice(axis, 0, after),
      // The last element is not repeated.
      reflect: () => x.slice(axis, subtractDims(from, 1), subtractDims(size, 1)).flip(axis),
    }[mode as 'edge'];
    parts.after.push(made());
  }
  return concat([...parts.before, x, ...parts.after], axis);
}

function beforeAxis(
  mode: string,
  x: Tensor,
  axis: number,
  count: Dim,
  wide: (row: Tensor, count: Dim) => Tensor,
): Tensor {
  const size = x.shape[axis]!;
  if (mode === 'edge') return wide(x.slice(axis, 0, 1), count);
  if (mode === 'wrap') return x.slice(axis, subtractDims(size, count), size);
  return x.slice(axis, 1, addDims(count, 1)).flip(axis);
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
    if (mode !== 'constant' && [before, after].some((amount) => Number(amount) < 0)) {
      node.refuse(`mode ${mode} and amounts below 0`);
    }
    x = mode === 'constant' ? pad(x, axis, before, after) : mirrored(mode, x, axis, before, after);
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
