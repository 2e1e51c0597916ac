import type { Dim } from '@limbeck/core';
import { addDims, multiplyDims } from '../../dims.js';
import { concat } from '../../functions.js';
import { broadcastShapes } from '../../ops/support.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

function reshape(node: ReadNode): Read {
  const value = node.value(0);
  const given = node.has(1) ? node.sizes(1) : (node.ints('shape') ?? node.refuse('no shape'));
  const { sizes } = value;
  if (sizes !== undefined && given.length <= 1 && sizes.length > 0) {
    if (given.length === 0) return [OnnxValue.sizes(sizes, true, value.dtype)];
    if (given[0] === -1 || given[0] === sizes.length) {
      return [OnnxValue.sizes(sizes, false, value.dtype)];
    }
  }
  const x = value.tensor;
  const keepZero = node.int('allowzero', 0) === 1;
  const to = given.map((size, axis) => (size === 0 && !keepZero ? (x.shape[axis] ?? 0) : size));
  return [x.reshape(to)];
}

function flatten(node: ReadNode): Read {
  const x = node.tensor(0);
  const given = node.int('axis', 1);
  const axis = given < 0 ? given + x.shape.length : given;
  return [
    x.reshape([multiplyDims(...x.shape.slice(0, axis)), multiplyDims(...x.shape.slice(axis))]),
  ];
}

function expand(node: ReadNode): Read {
  const x = node.tensor(0);
  return [x.expand(broadcastShapes('Expand', x.shape, node.sizes(1)))];
}

function tile(node: ReadNode): Read {
  const x = node.tensor(0);
  const repeats = node.sizes(1);
  if (repeats.length !== x.shape.length) node.refuse(`${repeats.length} repeats`);
  // Each axis gets an axis of its copies in front.
  const split = x.shape.flatMap((size): Dim[] => [1, size]);
  const wide = x.shape.flatMap((size, axis): Dim[] => [repeats[axis]!, size]);
  const to = x.shape.map((size, axis) => multiplyDims(size, repeats[axis]!));
  return [x.reshape(split).expand(wide).reshape(to)];
}

function join(node: ReadNode): Read {
  const values = node.all();
  const { dtype } = values[0]!;
  if (values.every(({ sizes, isScalar }) => sizes !== undefined && !isScalar)) {
    const all = values.flatMap(({ sizes }) => sizes!);
    if (all.length <= 64) return [OnnxValue.sizes(all, false, dtype)];
  }
  const tensors = values.map(({ tensor }) => tensor);
  return [concat(tensors, node.axis(0, tensors[0]!.shape.length))];
}

function splitSizes(node: ReadNode, size: Dim): readonly Dim[] {
  const given = node.has(1) ? node.sizes(1) : node.ints('split');
  if (given !== undefined) return given;
  const count = node.int('num_outputs', node.proto.output.length);
  if (typeof size !== 'number') {
    return count === 1 ? [size] : node.refuse(`equal parts of a size ${size}`);
  }
  const part = Math.ceil(size / count);
  return Array.from({ length: node.proto.output.length }, (_, i) =>
    Math.max(0, Math.min(part, size - i * part)),
  );
}

function split(node: ReadNode): Read {
  const value = node.value(0);
  const axis = node.axis(0, value.shape.length);
  const parts = splitSizes(node, value.shape[axis]!);
  let start: Dim = 0;
  return parts.map((part) => {
    const from = start;
    start = addDims(start, part);
    const { sizes } = value;
    if (sizes !== undefined && typeof from === 'number' && typeof start === 'number') {
      return OnnxValue.sizes(sizes.slice(from, start), false, value.dtype);
    }
    return value.tensor.slice(axis, from, start);
  });
}

function squeeze(node: ReadNode): Read {
  const value = node.value(0);
  if (value.sizes?.length === 1 && !value.isScalar) {
    return [OnnxValue.sizes(value.sizes, true, value.dtype)];
  }
  const { shape } = value;
  const axes =
    node.axes(1, shape.length) ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  return [value.tensor.reshape(shape.filter((_, axis) => !axes.includes(axis)))];
}

function unsqueeze(node: ReadNode): Read {
  const value = node.value(0);
  if (value.sizes !== undefined && value.isScalar) {
    return [OnnxValue.sizes(value.sizes, false, value.dtype)];
  }
  const count = (node.has(1) ? node.numbers(1) : (node.ints('axes') ?? [])).length;
  const rank = value.shape.length + count;
  const axes = node.axes(1, rank) ?? [];
  const rest = [...value.shape];
  const to = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
  return [value.tensor.reshape(to)];
}

function transpose(node: ReadNode): Read {
  const value = node.value(0);
  if (value.shape.length < 2) return [value];
  return [
    value.tensor.transpose(node.ints('perm') ?? value.shape.map((_, axis) => axis).toReversed()),
  ];
}

/** Channels moved to blocks of pixels, and back: reshape, transpose, reshape. */
const blocks =
  (toSpace: boolean): Reader =>
  (node) => {
    const x = node.tensor(0);
    const block = node.int('blocksize', 1);
    const [batch, depthOrNot, height, width] = x.shape as [Dim, Dim, Dim, Dim];
    if (x.shape.length !== 4) node.refuse(`${x.shape.length} axes`);
    const channels = typeof depthOrNot === 'number' ? depthOrNot : node.refuse('named channels');
    if (!toSpace) {
      if (typeof height !== 'number' || typeof width !== 'number') node.refuse('named sizes');
      const [rows, columns] = [Number(height) / block, Number(width) / block];
      const parts = x.reshape([batch, channels, rows, block, columns, block]);
      const moved = parts.transpose([0, 3, 5, 1, 2, 4]);
      return [moved.reshape([batch, channels * block * block, rows, columns])];
    }
    const depth = channels / (block * block);
    const isDcr = node.string('mode', 'DCR') === 'DCR';
    const inner = isDcr ? [block, block, depth] : [depth, block, block];
    const parts: Tensor = x.reshape([batch, ...inner, height, width]);
    const moved = parts.transpose(isDcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]);
    return [moved.reshape([batch, depth, multiplyDims(height, block), multiplyDims(width, block)])];
  };

/** Readers of the operators that move and repeat elements. */
export const shapeReaders: { readonly [type: string]: Reader } = {
  Reshape: reshape,
  Flatten: flatten,
  Expand: expand,
  Tile: tile,
  Transpose: transpose,
  Concat: join,
  Split: split,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  DepthToSpace: blocks(true),
  SpaceToDepth: blocks(false),
};
