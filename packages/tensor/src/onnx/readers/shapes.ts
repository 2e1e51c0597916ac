import type { Dim } from '@limbeck/core';
import { addDims } from '../../dims.js';
import { concat } from '../../functions.js';
import { broadcastShapes } from '../../ops/support.js';
import type { Tensor } from '../../tensor.js';
import { frontOf, pad } from './axes.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

function reshape(node: ReadNode): Read {
  const x = node.tensor(0);
  const keepZero = node.int('allowzero', 0) === 1;
  const to = node.sizes(1).map((size, axis) => (size === 0 && !keepZero ? x.shape[axis]! : size));
  return [x.reshape(to)];
}

function expand(node: ReadNode): Read {
  const x = node.tensor(0);
  return [x.expand(broadcastShapes('Expand', x.shape, node.sizes(1)))];
}

function join(node: ReadNode): Read {
  const values = node.inputs.map((_, i) => node.value(i));
  if (values.every(({ sizes, isScalar }) => sizes !== undefined && !isScalar)) {
    return [OnnxValue.sizes(values.flatMap(({ sizes }) => sizes!))];
  }
  const tensors = values.map(({ tensor }) => tensor);
  return [concat(tensors, frontOf(node.int('axis', 0), tensors[0]!.shape.length))];
}

/** A bound of Slice from the front of the axis, inside it where both are numbers. */
function bound(given: Dim, size: Dim): Dim {
  if (typeof given === 'string') return given;
  if (given >= Number.MAX_SAFE_INTEGER) return size;
  if (given < 0) {
    if (typeof size === 'number') return Math.max(0, size + given);
    return addDims(size, given);
  }
  return typeof size === 'number' ? Math.min(given, size) : given;
}

function slice(node: ReadNode): Read {
  const [starts, stops] = [node.sizes(1), node.sizes(2)];
  const value = node.value(0);
  const rank = value.sizes === undefined ? value.tensor.shape.length : 1;
  const axes = node.has(3) ? node.numbers(3) : starts.map((_, axis) => axis);
  const steps = node.has(4) ? node.numbers(4) : starts.map(() => 1);
  if (steps.some((step) => step < 1)) node.refuse(`steps ${steps.join(', ')}`);
  if (value.sizes !== undefined && !value.isScalar) {
    const [from, to] = [
      bound(starts[0]!, value.sizes.length),
      bound(stops[0]!, value.sizes.length),
    ];
    if (typeof from === 'number' && typeof to === 'number') {
      const kept = value.sizes.slice(from, to).filter((_, i) => i % steps[0]! === 0);
      return [OnnxValue.sizes(kept)];
    }
  }
  let x: Tensor = value.tensor;
  axes.forEach((given, i) => {
    const axis = frontOf(given, rank);
    const size = x.shape[axis]!;
    const [from, to] = [bound(starts[i]!, size), bound(stops[i]!, size)];
    const empty = typeof from === 'number' && typeof to === 'number' && from > to;
    x = x.slice(axis, from, empty ? from : to, steps[i]);
  });
  return [x];
}

function pads(node: ReadNode): Read {
  if (node.string('mode', 'constant') !== 'constant')
    node.refuse(`mode ${node.string('mode', '')}`);
  const fill = node.inputs[2]?.host;
  if (node.has(2) && !(fill !== undefined && Number(fill.data[0]) === 0)) {
    node.refuse('another filling than 0');
  }
  let x = node.tensor(0);
  const amounts = node.sizes(1);
  const axes = node.has(3) ? node.numbers(3) : x.shape.map((_, axis) => axis);
  axes.forEach((given, i) => {
    x = pad(x, frontOf(given, x.shape.length), amounts[i]!, amounts[i + axes.length]!);
  });
  return [x];
}

function squeeze(node: ReadNode): Read {
  const value = node.value(0);
  if (value.sizes?.length === 1 && !value.isScalar) return [OnnxValue.sizes(value.sizes, true)];
  const { shape } = value.tensor;
  const axes = node.has(1)
    ? node.numbers(1).map((axis) => frontOf(axis, shape.length))
    : shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  return [value.tensor.reshape(shape.filter((_, axis) => !axes.includes(axis)))];
}

function unsqueeze(node: ReadNode): Read {
  const value = node.value(0);
  if (value.sizes !== undefined && value.isScalar) return [OnnxValue.sizes(value.sizes)];
  const added = node.numbers(1);
  const rank = value.tensor.shape.length + added.length;
  const axes = added.map((axis) => frontOf(axis, rank));
  const rest = [...value.tensor.shape];
  const to = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
  return [value.tensor.reshape(to)];
}

const reduce =
  (build: (x: Tensor, axes: number[] | undefined, keep: boolean) => Tensor): Reader =>
  (node) => {
    const x = node.tensor(0);
    const given = node.has(1) ? node.numbers(1) : (node.ints('axes') ?? []);
    if (given.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return [x];
    const axes = given.map((axis) => frontOf(axis, x.shape.length));
    return [build(x, axes.length === 0 ? undefined : axes, node.int('keepdims', 1) === 1)];
  };

function argMax(node: ReadNode): Read {
  if (node.int('select_last_index', 0) !== 0) node.refuse('select_last_index');
  const x = node.tensor(0);
  const axis = frontOf(node.int('axis', 0), x.shape.length);
  const y = x.argMax(axis);
  return [node.int('keepdims', 1) === 1 ? y.reshape(x.shape.with(axis, 1)) : y];
}

function transpose(node: ReadNode): Read {
  const x = node.tensor(0);
  return [x.transpose(node.ints('perm') ?? x.shape.map((_, axis) => axis).toReversed())];
}

/** Readers of the operators that move, repeat and reduce elements. */
export const shapeReaders: { readonly [type: string]: Reader } = {
  Reshape: reshape,
  Expand: expand,
  Transpose: transpose,
  Concat: join,
  Slice: slice,
  Pad: pads,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  ReduceSum: reduce((x, axes, keep) => x.sum(axes, { keep })),
  ReduceMax: reduce((x, axes, keep) => x.max(axes, { keep })),
  ReduceMean: reduce((x, axes, keep) => x.mean(axes, { keep })),
  ArgMax: argMax,
};
