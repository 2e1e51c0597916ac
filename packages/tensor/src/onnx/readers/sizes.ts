import { allocate, type Dim, type DType } from '@limbeck/core';
import { addDims, floorDivideDim, multiplyDims, sameDim, subtractDims } from '../../dims.js';
import { constant as constantTensor, iota } from '../../functions.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

/** Sizes whose text is longer than this are computed by the graph: products of sums would fill the memory. */
const longestSize = 100;
const mostTerms = 64;

type OnSizes = (a: Dim, b: Dim) => Dim | undefined;

/** An operator of arithmetic that also works on sizes, so that shapes come back as names. */
const arithmetic =
  (onSizes: OnSizes, onTensors: (a: Tensor, b: Tensor) => Tensor): Reader =>
  (node) => {
    const [a, b] = [node.value(0), node.value(1)];
    return [combined(a, b, onSizes) ?? onTensors(a.tensor, b.tensor)];
  };

function combined(a: OnnxValue, b: OnnxValue, combine: OnSizes): OnnxValue | undefined {
  const [left, right] = [a.sizes, b.sizes];
  if (left === undefined || right === undefined || a.dtype !== b.dtype) return undefined;
  const length = Math.max(left.length, right.length);
  if ([left, right].some((sizes) => sizes.length !== length && sizes.length !== 1)) {
    return undefined;
  }
  const out = Array.from({ length }, (_, i) =>
    combine(left[left.length === 1 ? 0 : i]!, right[right.length === 1 ? 0 : i]!),
  );
  if (!out.every(isShort)) return undefined;
  return OnnxValue.sizes(out, a.isScalar && b.isScalar, a.dtype);
}

function isShort(size: Dim | undefined): size is Dim {
  if (typeof size === 'number') return Number.isSafeInteger(size);
  return size !== undefined && size.length <= longestSize;
}

function product(a: Dim, b: Dim): Dim | undefined {
  const terms = (size: Dim): number => String(size).split(/[+-]/).length;
  return terms(a) * terms(b) > mostTerms ? undefined : multiplyDims(a, b);
}

function quotient(a: Dim, b: Dim): Dim | undefined {
  if (typeof b !== 'number' || b === 0) return undefined;
  // ONNX cuts off towards 0; sizes, which are never negative, are rounded down.
  if (typeof a === 'number') return Math.trunc(a / b);
  return b > 0 ? floorDivideDim(a, b) : undefined;
}

/** The larger or smaller of sizes, where that is clear whatever their names stand for: no size is below 0. */
const extreme =
  (wanted: (difference: number) => boolean): OnSizes =>
  (a, b) => {
    if (sameDim(a, b)) return a;
    const difference = typeof a === 'number' && typeof b === 'number' ? a - b : undefined;
    if (difference !== undefined) return wanted(difference) ? a : b;
    const [size, number] = typeof a === 'number' ? [b, a] : [a, b];
    if (typeof number !== 'number' || number > 0 || !/^\w+$/.test(String(size))) return undefined;
    return wanted(1) ? size : number;
  };

const choice =
  (onSizes: OnSizes, onTensors: (a: Tensor, b: Tensor) => Tensor): Reader =>
  (node) => [
    node.all().reduce((a, b) => {
      const sizes = combined(a, b, onSizes);
      const isConstant = a.isConstant && b.isConstant;
      return sizes ?? OnnxValue.of(onTensors(a.tensor, b.tensor), isConstant);
    }),
  ];

function shape(node: ReadNode): Read {
  const own = node.value(0).shape;
  return [OnnxValue.sizes(own.slice(node.int('start', 0), node.int('end', own.length)))];
}

function size(node: ReadNode): Read {
  return [OnnxValue.sizes([multiplyDims(...node.value(0).shape)], true)];
}

function range(node: ReadNode): Read {
  const [from, to, by] = [node.value(0), node.value(1), node.value(2)];
  const [[start], [limit], [delta]] = [from.sizes ?? [], to.sizes ?? [], by.sizes ?? []];
  if (start !== undefined && limit !== undefined && delta === 1) {
    const count = iota(subtractDims(limit, start)).cast(from.dtype);
    return [start === 0 ? count : count.add(from.tensor)];
  }
  const [first, end, step] = [from, to, by].map(({ host }) => host && Number(host.data[0]));
  if (first === undefined || end === undefined || !step) {
    return node.refuse('bounds computed from data, or another step than 1');
  }
  const count = Math.max(0, Math.ceil((end - first) / step));
  return [iota(count).cast(from.dtype).mul(step).add(first)];
}

/** The attributes that a Constant may hold its value in. */
function constant(node: ReadNode): Read {
  const value = node.host('value');
  if (value !== undefined) return [OnnxValue.known(value)];
  const known = (dtype: DType, shape: number[], values: readonly number[]): Read => {
    const data = allocate(dtype, values.length);
    values.forEach((element, i) => (data[i] = dtype === 'int64' ? BigInt(element) : element));
    return [OnnxValue.known({ dtype, shape, data })];
  };
  if (node.hasAttribute('value_int')) return known('int64', [], [node.int('value_int', 0)]);
  if (node.hasAttribute('value_float')) return known('float32', [], [node.float('value_float', 0)]);
  const [wholes, floats] = [node.ints('value_ints'), node.floats('value_floats')];
  if (node.hasAttribute('value_ints')) return known('int64', [wholes!.length], wholes!);
  if (node.hasAttribute('value_floats')) return known('float32', [floats!.length], floats!);
  return node.refuse('no tensor');
}

function constantOfShape(node: ReadNode): Read {
  const value = node.host('value') ?? {
    dtype: 'float32',
    shape: [],
    data: new Float32Array(1),
  };
  const element = constantTensor({ ...value, shape: [] });
  const to = node.sizes(0);
  if (to.length === 0) return [element];
  const isWhole = value.dtype === 'int64' && to.length === 1 && Number(to[0]) <= 64;
  if (isWhole) {
    const count = Number(to[0]);
    return [OnnxValue.sizes(Array.from({ length: count }, () => Number(value.data[0])))];
  }
  return [element.expand(to)];
}

/** A comparison of sizes, where it holds for every size that the names may stand for, or for none. */
function equal(node: ReadNode): Read {
  const [a, b] = [node.value(0), node.value(1)];
  const [left, right] = [a.sizes, b.sizes];
  const isNamed = [left, right].some((sizes) => sizes?.some((dim) => typeof dim === 'string'));
  if (left !== undefined && right !== undefined && isNamed) {
    const length = Math.max(left.length, right.length);
    const pick = (sizes: readonly Dim[], i: number): Dim => sizes[sizes.length === 1 ? 0 : i]!;
    const answers = Array.from({ length }, (_, i) => sameness(pick(left, i), pick(right, i)));
    if (!answers.includes(undefined)) {
      const data = Uint8Array.from(answers, (answer) => (answer === true ? 1 : 0));
      const shape = a.isScalar && b.isScalar ? [] : [length];
      return [OnnxValue.known({ dtype: 'bool', shape, data })];
    }
  }
  const [x, y] = [a.tensor, b.tensor];
  const isNarrow = x.dtype === 'uint8' || x.dtype === 'int8' || x.dtype === 'uint32';
  return [isNarrow ? x.cast('int64').equal(y.cast('int64')) : x.equal(y)];
}

function sameness(a: Dim, b: Dim): boolean | undefined {
  if (sameDim(a, b)) return true;
  if (typeof a === 'number' && typeof b === 'number') return false;
  const [size, number] = typeof a === 'number' ? [b, a] : [a, b];
  return typeof number === 'number' && number < 0 && /^\w+$/.test(String(size)) ? false : undefined;
}

function where(node: ReadNode): Read {
  const [condition, a, b] = [node.value(0), node.value(1), node.value(2)];
  const [left, right] = [a.sizes, b.sizes];
  const { host } = condition;
  const isNamed = [left, right].some((sizes) => sizes?.some((dim) => typeof dim === 'string'));
  if (host !== undefined && left !== undefined && right !== undefined && isNamed) {
    const length = Math.max(host.data.length, left.length, right.length);
    const pick = <T>(list: readonly T[], i: number): T => list[list.length === 1 ? 0 : i]!;
    const test = Array.from(host.data as Uint8Array);
    const out = Array.from({ length }, (_, i) => pick(pick(test, i) === 0 ? right : left, i));
    return [OnnxValue.sizes(out, condition.isScalar && a.isScalar && b.isScalar, a.dtype)];
  }
  return [condition.tensor.where(a.tensor, b.tensor)];
}

/** Readers of what computes shapes, and of arithmetic, which does so too. */
export const sizeReaders: { readonly [type: string]: Reader } = {
  Add: arithmetic(addDims, (a, b) => a.add(b)),
  Sub: arithmetic(subtractDims, (a, b) => a.sub(b)),
  Mul: arithmetic(product, (a, b) => a.mul(b)),
  Div: arithmetic(quotient, (a, b) => a.div(b)),
  Max: choice(
    extreme((difference) => difference > 0),
    (a, b) => a.maximum(b),
  ),
  Min: choice(
    extreme((difference) => difference < 0),
    (a, b) => a.minimum(b),
  ),
  Equal: equal,
  Where: where,
  Shape: shape,
  Size: size,
  Range: range,
  Constant: constant,
  ConstantOfShape: constantOfShape,
};
