import type { Dim } from '@limbeck/core';
import { multiplyDims } from '../../dims.js';
import { dimension, full, iota, scalar, where } from '../../functions.js';
import type { DimensionAttributes, ShapeAttributes } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue, wholesOf } from './value.js';

function gatherSizes(data: OnnxValue, at: OnnxValue): OnnxValue | undefined {
  const [sizes, { host }] = [data.sizes, at];
  if (sizes === undefined || host === undefined || data.isScalar || at.shape.length > 1) {
    return undefined;
  }
  const picked = wholesOf(host).map((index) => sizes.at(index));
  if (picked.length > 64 || !picked.every((size) => size !== undefined)) return undefined;
  return OnnxValue.sizes(picked, at.isScalar, data.dtype);
}

/** Indices counted from the front; those that the graph computes are taken to be so. */
function fromFront(at: OnnxValue, size: Dim): Tensor {
  const { host } = at;
  if (host === undefined || !wholesOf(host).some((index) => index < 0)) return at.tensor;
  const width = typeof size === 'number' ? at.tensor.scalar(size) : dimension(size).cast(at.dtype);
  return where(at.tensor.less(0), at.tensor.add(width), at.tensor);
}

function gather(node: ReadNode): Read {
  const [data, at] = [node.value(0), node.value(1)];
  const picked = gatherSizes(data, at);
  if (picked !== undefined) return [picked];
  const table = data.tensor;
  const axis = node.axis(0, table.shape.length);
  const size = table.shape[axis]!;
  const index = at.isScalar && at.host !== undefined ? wholesOf(at.host)[0] : undefined;
  // One row is a slice, whose gradient is a padding and no scatter.
  if (index !== undefined && (index >= 0 || typeof size === 'number')) {
    const start = index < 0 ? index + (size as number) : index;
    return [table.slice(axis, start, start + 1).reshape(table.shape.toSpliced(axis, 1))];
  }
  // So are the first rows by their own numbers, such as positions.
  const { node: maker } = at.tensor;
  if (maker.operator.name === 'iota') {
    return [table.slice(axis, 0, (maker.attributes as DimensionAttributes).dim)];
  }
  const indices = fromFront(at, size);
  if (axis === 0) return [table.gather(indices)];
  const others = table.shape.map((_, i) => i).filter((i) => i !== axis);
  const rows = table.transpose([axis, ...others]).gather(indices);
  // The indices' axes come first; they belong where the gathered axis was.
  const width = indices.shape.length;
  const moved = others.map((_, i) => width + i);
  const lead = Array.from({ length: width }, (_, i) => i);
  return [rows.transpose([...moved.slice(0, axis), ...lead, ...moved.slice(axis)])];
}

function gatherElements(node: ReadNode): Read {
  const x = node.tensor(0);
  const axis = node.axis(0, x.shape.length);
  return [x.gatherAlong(axis, fromFront(node.value(1), x.shape[axis]!))];
}

/** The column `[n]` that indices `[n, …]` repeat, where they were made by repeating one. */
function repeatedColumn(indices: Tensor): Tensor | undefined {
  if (indices.node.operator.name !== 'expand') return undefined;
  const column = indices.node.inputs[0]!;
  const { shape } = indices.node.attributes as ShapeAttributes;
  const isColumn =
    column.shape.length === shape.length && column.shape.slice(1).every((size) => size === 1);
  return isColumn ? column.flatten() : undefined;
}

/** What is put where something was written, and what was there elsewhere. */
function overwritten(data: Tensor, written: Tensor, count: Tensor): Tensor {
  return where(count.greater(0), written, data);
}

/** Adds up floats; other dtypes pass through float64, which holds their numbers. */
function asFloat(x: Tensor): Tensor {
  return x.dtype === 'float32' || x.dtype === 'float64' ? x : x.cast('float64');
}

function scatterElements(node: ReadNode): Read {
  const [data, updates] = [node.tensor(0), asFloat(node.tensor(2))];
  const axis = node.axis(0, data.shape.length);
  const size = data.shape[axis]!;
  const at = fromFront(node.value(1), size);
  node.only('reduction', 'none', ['none', 'add']);
  const column = axis === 0 && data.shape.length > 1 ? repeatedColumn(at) : undefined;
  const scatter = (values: Tensor): Tensor =>
    column === undefined
      ? values.scatterAddAlong(at, size, axis)
      : values.scatterAddRows(column, size);
  const sums = scatter(updates);
  const isAdd = node.string('reduction', 'none') === 'add';
  if (isAdd) return [asFloat(data).add(sums).cast(data.dtype)];
  const hits = scatter(full(updates.shape, 1, updates.dtype));
  return [overwritten(data, sums.cast(data.dtype), hits)];
}

/** Indices `[…, k]` of the first k axes as indices into these axes flattened. */
function flatIndices(node: ReadNode, at: Tensor, shape: readonly Dim[]): Tensor {
  const depth = at.shape.at(-1);
  if (typeof depth !== 'number' || depth < 1 || depth > shape.length) {
    return node.refuse(`indices of ${String(depth)} axes`);
  }
  const axis = at.shape.length - 1;
  const lead = at.shape.slice(0, -1);
  let flat: Tensor | undefined;
  for (let i = 0; i < depth; i++) {
    const part = at.slice(axis, i, i + 1).reshape(lead);
    const size = shape[i]!;
    const width = typeof size === 'number' ? at.scalar(size) : dimension(size).cast(at.dtype);
    flat = flat === undefined ? part : flat.mul(width).add(part);
  }
  return flat!;
}

function gatherNd(node: ReadNode): Read {
  if (node.int('batch_dims', 0) !== 0) node.refuse('batch_dims');
  const [data, at] = [node.tensor(0), node.tensor(1)];
  const flat = flatIndices(node, at, data.shape);
  const depth = at.shape.at(-1) as number;
  const rest = data.shape.slice(depth);
  return [data.reshape([multiplyDims(...data.shape.slice(0, depth)), ...rest]).gather(flat)];
}

function scatterNd(node: ReadNode): Read {
  node.only('reduction', 'none', ['none', 'add']);
  const [data, at, updates] = [node.tensor(0), node.tensor(1), asFloat(node.tensor(2))];
  const flat = flatIndices(node, at, data.shape).flatten();
  const depth = at.shape.at(-1) as number;
  const rest = data.shape.slice(depth);
  const rows = multiplyDims(...data.shape.slice(0, depth));
  const sums = updates.reshape([flat.shape[0]!, ...rest]).scatterAddRows(flat, rows);
  if (node.string('reduction', 'none') === 'add') {
    return [asFloat(data).add(sums.reshape(data.shape)).cast(data.dtype)];
  }
  const hits = full([flat.shape[0]!], 1, updates.dtype).scatterAddRows(flat, rows);
  const wide = hits.reshape([rows, ...rest.map(() => 1)]).expand([rows, ...rest]);
  return [overwritten(data, sums.cast(data.dtype).reshape(data.shape), wide.reshape(data.shape))];
}

function oneHot(node: ReadNode): Read {
  const [at, values] = [node.tensor(0), node.tensor(2)];
  const depth = node.sizes(1)[0]!;
  const rank = at.shape.length + 1;
  const axis = node.axis(-1, rank);
  const whole = at.cast('int64');
  const width = typeof depth === 'number' ? scalar(depth, 'int64') : dimension(depth);
  const index = where(whole.less(0), whole.add(width), whole);
  const column = index.reshape(at.shape.toSpliced(axis, 0, 1));
  const along = Array.from({ length: rank }, (_, i): Dim => (i === axis ? depth : 1));
  const hit = column.equal(iota(depth).reshape(along));
  const [off, on] = [0, 1].map((i) => values.slice(0, i, i + 1).reshape([]));
  return [where(hit, on!, off!)];
}

function eyeLike(node: ReadNode): Read {
  const x = node.value(0);
  const [rows, columns] = [x.shape[0]!, x.shape[1]!];
  if (x.shape.length !== 2) node.refuse(`${x.shape.length} axes`);
  const right = iota(columns).sub(node.int('k', 0));
  return [iota(rows).reshape([rows, 1]).equal(right).cast(x.dtype)];
}

/** Readers of the operators with indices. */
export const indexedReaders: { readonly [type: string]: Reader } = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterElements: scatterElements,
  Scatter: scatterElements,
  ScatterND: scatterNd,
  OneHot: oneHot,
  EyeLike: eyeLike,
};
