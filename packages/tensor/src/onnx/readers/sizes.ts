import type { Dim } from '@limbeck/core';
import { addDims, floorDivideDim, multiplyDims, subtractDims } from '../../dims.js';
import { iota } from '../../functions.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

/** An operator of arithmetic that also works on sizes, so that shapes come back as names. */
const arithmetic =
  (
    onSizes: (a: Dim, b: Dim) => Dim | undefined,
    onTensors: (a: Tensor, b: Tensor) => Tensor,
  ): Reader =>
  (node) => {
    const [a, b] = [node.value(0), node.value(1)];
    return [sizesOf(a, b, onSizes) ?? onTensors(a.tensor, b.tensor)];
  };

function sizesOf(
  a: OnnxValue,
  b: OnnxValue,
  combine: (a: Dim, b: Dim) => Dim | undefined,
): OnnxValue | undefined {
  const [left, right] = [a.sizes, b.sizes];
  if (left === undefined || right === undefined) return undefined;
  const length = Math.max(left.length, right.length);
  if ([left, right].some((sizes) => sizes.length !== length && sizes.length !== 1)) {
    return undefined;
  }
  const out = Array.from({ length }, (_, i) =>
    combine(left[left.length === 1 ? 0 : i]!, right[right.length === 1 ? 0 : i]!),
  );
  if (!out.every((size): size is Dim => size !== undefined)) return undefined;
  return OnnxValue.sizes(out, a.isScalar && b.isScalar);
}

function quotient(a: Dim, b: Dim): Dim | undefined {
  if (typeof b !== 'number' || b === 0) return undefined;
  // ONNX cuts off towards 0; sizes, which are never negative, are rounded down.
  if (typeof a === 'number') return Math.trunc(a / b);
  return b > 0 ? floorDivideDim(a, b) : undefined;
}

function shape(node: ReadNode): Read {
  const sizes = node.tensor(0).shape;
  const end = node.int('end', sizes.length);
  return [OnnxValue.sizes(sizes.slice(node.int('start', 0), end))];
}

function range(node: ReadNode): Read {
  const [[start], [limit], [delta]] = [node.sizes(0), node.sizes(1), node.sizes(2)];
  if (start === undefined || limit === undefined || delta !== 1) {
    return node.refuse('another step than 1');
  }
  const count = iota(subtractDims(limit, start));
  return [start === 0 ? count : count.add(OnnxValue.sizes([start], true).tensor)];
}

function constant(node: ReadNode): Read {
  const value = node.host('value');
  return value === undefined ? node.refuse('no tensor') : [OnnxValue.known(value)];
}

/** Readers of what computes shapes, and of arithmetic, which does so too. */
export const sizeReaders: { readonly [type: string]: Reader } = {
  Add: arithmetic(addDims, (a, b) => a.add(b)),
  Sub: arithmetic(subtractDims, (a, b) => a.sub(b)),
  Mul: arithmetic(multiplyDims, (a, b) => a.mul(b)),
  Div: arithmetic(quotient, (a, b) => a.div(b)),
  Shape: shape,
  Range: range,
  Constant: constant,
};
