import { LimbeckError } from './errors.js';

/** What an element of a tensor is. `bool` is stored as 0 and 1 in bytes. */
export type DType =
  | 'float32'
  | 'float64'
  | 'int64'
  | 'int32'
  | 'uint32'
  | 'uint8'
  | 'int8'
  | 'bool';

/** A size: a number, a name known at run time (`"batch"`), or an expression over names (`"queries*candidates"`). */
export type Dim = number | string;

/** What a tensor looks like, without its values. */
export interface Spec {
  /** What an element is. */
  readonly dtype: DType;
  /** The sizes, outermost first; empty for a scalar. */
  readonly shape: readonly Dim[];
}

/** The array that holds a dtype's elements on the host. */
export interface TypedArrays {
  /** Single precision. */
  float32: Float32Array;
  /** Double precision. */
  float64: Float64Array;
  /** 64-bit signed integers, as bigints. */
  int64: BigInt64Array;
  /** 32-bit signed integers. */
  int32: Int32Array;
  /** 32-bit unsigned integers. */
  uint32: Uint32Array;
  /** Bytes. */
  uint8: Uint8Array;
  /** 8-bit signed integers. */
  int8: Int8Array;
  /** 0 or 1, a byte each. */
  bool: Uint8Array;
}

/** Any array that can hold a tensor's elements. */
export type TensorData = TypedArrays[DType];

/** A tensor with its values on the host, row-major. */
export interface HostTensor<D extends DType = DType> {
  /** What an element is. */
  readonly dtype: D;
  /** The sizes, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** As many elements as the product of the sizes. */
  readonly data: TypedArrays[D];
}

/** A tree whose leaves are `Leaf`: a leaf, or nested objects or arrays of them. */
export type Tree<Leaf> = Leaf | { readonly [key: string]: Tree<Leaf> } | readonly Tree<Leaf>[];

/** A list inside a {@link HostTree}; an interface, so that the compiler unfolds it only when it must. */
export interface HostTreeList<Element> extends ReadonlyArray<HostTree<Element>> {}

/** A list inside {@link Specs}. */
export interface SpecsList<Element> extends ReadonlyArray<Specs<Element>> {}

/** The tree `T` with every {@link Spec}-shaped leaf replaced by values on the host. */
export type HostTree<T> = T extends Spec
  ? HostTensor
  : T extends readonly (infer Element)[]
    ? HostTreeList<Element>
    : { readonly [K in keyof T]: HostTree<T[K]> };

/** The tree `T` with every {@link Spec}-shaped leaf replaced by a {@link Spec}. */
export type Specs<T> = T extends Spec
  ? Spec
  : T extends readonly (infer Element)[]
    ? SpecsList<Element>
    : { readonly [K in keyof T]: Specs<T[K]> };

/** Whether a value is a leaf: an object that carries a dtype and a shape. */
export function isLeaf(value: unknown): value is Spec {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { dtype?: unknown }).dtype === 'string' &&
    Array.isArray((value as { shape?: unknown }).shape)
  );
}

/** The leaves of a tree with their paths (`encoder/0/weight`), in the order of the keys. */
export function leaves<Leaf extends Spec>(tree: unknown, path = ''): [path: string, leaf: Leaf][] {
  if (isLeaf(tree)) return [[path, tree as unknown as Leaf]];
  if (typeof tree !== 'object' || tree === null) {
    throw new LimbeckError('invalid-data', {
      where: 'leaves',
      given: `${String(tree)} at ${path === '' ? 'the top' : path}`,
      expected: 'nested objects and arrays with tensors as leaves',
      next: 'Remove fields that are not tensors.',
    });
  }
  return Object.entries(tree).flatMap(([key, child]) =>
    leaves<Leaf>(child, path === '' ? key : `${path}/${key}`),
  );
}

/** The same tree with every leaf replaced. */
export function mapTree<To>(
  tree: unknown,
  change: (leaf: Spec, path: string) => To,
  path = '',
): Tree<To> {
  if (isLeaf(tree)) return change(tree, path);
  if (typeof tree !== 'object' || tree === null) {
    throw new LimbeckError('invalid-data', {
      where: 'mapTree',
      given: `${String(tree)} at ${path === '' ? 'the top' : path}`,
      expected: 'nested objects and arrays with tensors as leaves',
      next: 'Remove fields that are not tensors.',
    });
  }
  const under = (key: string): string => (path === '' ? key : `${path}/${key}`);
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, change, under(String(i))));
  return Object.fromEntries(
    Object.entries(tree).map(([key, child]) => [key, mapTree(child, change, under(key))]),
  );
}

/** How many elements a shape of numbers holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const;

/** The class of a dtype's arrays. @throws LimbeckError `dtype-mismatch` */
export function arrayOf<D extends DType>(where: string, dtype: D): (typeof arrays)[D] {
  const found = Object.hasOwn(arrays, dtype) ? arrays[dtype] : undefined;
  if (found !== undefined) return found;
  throw new LimbeckError('dtype-mismatch', {
    where,
    given: `the dtype ${JSON.stringify(dtype)}`,
    expected: `one of ${Object.keys(arrays).join(', ')}`,
    next: 'Convert the values to one of these.',
  });
}

/**
 * A new array of zeros for a dtype.
 *
 * @param length - how many elements
 * @throws LimbeckError `dtype-mismatch` if there is no such dtype
 */
export function allocate<D extends DType>(dtype: D, length: number): TypedArrays[D] {
  return new (arrayOf('allocate', dtype))(length) as TypedArrays[D];
}

/** Whether a number can be stored as an element of a dtype without being changed (rounding to float32 aside). */
function fits(dtype: DType, value: number, stored: number | bigint): boolean {
  if (dtype === 'float32' || dtype === 'float64') return true;
  if (dtype === 'bool') return value === 0 || value === 1;
  return Number.isSafeInteger(value) && Number(stored) === value;
}

/**
 * A tensor on the host, checked.
 *
 * @param shape - the sizes, outermost first; `[]` for a scalar
 * @param data - elements in row-major order; a plain array is converted, a typed one is kept
 * @throws LimbeckError `shape-mismatch` if a size is not a whole number of at least 0, or the number of elements is not
 * the product of the sizes; `dtype-mismatch` if a typed array is of another kind than the dtype, or a plain number
 * cannot be held by it (3.5 or 300 as `uint8`)
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 *
 * const { data } = hostTensor('int64', [2, 2], [1, 2, 3, 4]);
 * console.log(data[3]); // 4n
 * ```
 */
export function hostTensor<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data: TypedArrays[D] | readonly number[],
): HostTensor<D> {
  const Kind = arrayOf('hostTensor', dtype);
  const size = sizeOf(shape);
  if (!shape.every((each) => Number.isSafeInteger(each) && each >= 0) || data.length !== size) {
    throw new LimbeckError('shape-mismatch', {
      where: 'hostTensor',
      given: `${data.length} elements for shape [${shape.join(', ')}]`,
      expected: 'whole sizes of at least 0, and as many elements as their product',
      next: 'Pass the sizes of the data, outermost first.',
    });
  }
  if (ArrayBuffer.isView(data)) {
    if (!(data instanceof Kind)) {
      throw new LimbeckError('dtype-mismatch', {
        where: 'hostTensor',
        given: `a ${data.constructor.name} as ${dtype}`,
        expected: `a ${Kind.name}`,
        next: 'Convert the array, or name its dtype.',
      });
    }
    return { dtype, shape: [...shape], data };
  }
  const made = allocate(dtype, size);
  const elements = made as { [index: number]: number | bigint };
  for (const [i, value] of data.entries()) {
    const exact = dtype === 'int64' && Number.isSafeInteger(value) ? BigInt(value) : value;
    if (dtype !== 'int64' || typeof exact === 'bigint') elements[i] = exact;
    if (!fits(dtype, value, elements[i]!)) {
      throw new LimbeckError('dtype-mismatch', {
        where: 'hostTensor',
        given: `${value} at index ${i} as ${dtype}`,
        expected: dtype === 'bool' ? '0 or 1' : 'a whole number in its range',
        next: 'Round or rescale the values, or use another dtype.',
      });
    }
  }
  return { dtype, shape: [...shape], data: made };
}
