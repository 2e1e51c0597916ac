import type { ShapeAttributes } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';
import { frontOf, swapLast } from './axes.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

function gather(node: ReadNode): Read {
  const [data, at] = [node.value(0), node.value(1)];
  if (data.sizes !== undefined && at.sizes !== undefined && !data.isScalar) {
    const sizes = data.sizes;
    const picked = node.numbers(1).map((index) => sizes.at(index));
    if (!picked.includes(undefined)) {
      return [
        OnnxValue.sizes(
          picked.map((size) => size!),
          at.isScalar,
        ),
      ];
    }
  }
  const table = data.tensor;
  const axis = frontOf(node.int('axis', 0), table.shape.length);
  if (axis === 0) return [table.gather(at.tensor)];
  const others = table.shape.map((_, i) => i).filter((i) => i !== axis);
  const rows = table.transpose([axis, ...others]).gather(at.tensor);
  // The indices' axes come first; they belong where the gathered axis was.
  const width = at.tensor.shape.length;
  const moved = others.map((_, i) => width + i);
  const indices = Array.from({ length: width }, (_, i) => i);
  return [rows.transpose([...moved.slice(0, axis), ...indices, ...moved.slice(axis)])];
}

function gatherElements(node: ReadNode): Read {
  const [x, at] = [node.tensor(0), node.tensor(1)];
  const axis = frontOf(node.int('axis', 0), x.shape.length);
  return [swapLast(swapLast(x, axis).takeAlong(swapLast(at, axis)), axis)];
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

function scatterElements(node: ReadNode): Read {
  const [data, at, updates] = [node.tensor(0), node.tensor(1), node.tensor(2)];
  const reduction = node.string('reduction', 'none');
  if (reduction !== 'add') node.refuse(`reduction ${reduction}`);
  const axis = frontOf(node.int('axis', 0), data.shape.length);
  const size = data.shape[axis]!;
  const column = axis === 0 && data.shape.length > 1 ? repeatedColumn(at) : undefined;
  if (column !== undefined) return [data.add(updates.scatterAddRows(column, size))];
  const sums = swapLast(updates, axis).scatterAddAlong(swapLast(at, axis), size);
  return [data.add(swapLast(sums, axis))];
}

/** Readers of the operators with indices. */
export const indexedReaders: { readonly [type: string]: Reader } = {
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
};
