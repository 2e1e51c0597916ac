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
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** The array that holds a dtype's elements on the host. */
export interface TypedArrays {
  float32: Float32Array;
  float64: Float64Array;
  int64: BigInt64Array;
  int32: Int32Array;
  uint32: Uint32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  bool: Uint8Array;
}

/** Any array that can hold a tensor's elements. */
export type TensorData = TypedArrays[DType];

/** A tensor with its values on the host, row-major. */
export interface HostTensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: TypedArrays[D];
}

/** A tree whose leaves are `Leaf`: a leaf, or nested objects or arrays of them. */
export type Tree<Leaf> = Leaf | { readonly [key: string]: Tree<Leaf> } | readonly Tree<Leaf>[];

/** The tree `T` with every {@link Spec}-shaped leaf replaced by values on the host. */
export type HostTree<T> = T extends Spec ? HostTensor : { readonly [K in keyof T]: HostTree<T[K]> };

/** The tree `T` with every {@link Spec}-shaped leaf replaced by a {@link Spec}. */
export type Specs<T> = T extends Spec ? Spec : { readonly [K in keyof T]: Specs<T[K]> };

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
  if (isLeaf(tree)) return change(tree, path) as Tree<To>;
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

/** A new array of zeros for a dtype. */
export function allocate<D extends DType>(dtype: D, length: number): TypedArrays[D] {
  return new arrays[dtype](length) as TypedArrays[D];
}

/**
 * A tensor on the host, checked.
 *
 * @param data - elements in row-major order; a plain array is converted, a typed one is kept
 * @throws LimbeckError `shape-mismatch` if the number of elements is not the product of the sizes;
 * `dtype-mismatch` if a typed array is of another kind than the dtype
 */
export function hostTensor<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data: TypedArrays[D] | readonly number[],
): HostTensor<D> {
  const size = sizeOf(shape);
  if (data.length !== size) {
    throw new LimbeckError('shape-mismatch', {
      where: 'hostTensor',
      given: `${data.length} elements for shape [${shape.join(', ')}]`,
      expected: `${size} elements`,
      next: 'Pass as many elements as the product of the sizes.',
    });
  }
  if (ArrayBuffer.isView(data)) {
    if (!(data instanceof arrays[dtype])) {
      throw new LimbeckError('dtype-mismatch', {
        where: 'hostTensor',
        given: `a ${data.constructor.name} as ${dtype}`,
        expected: `a ${arrays[dtype].name}`,
        next: 'Convert the array, or name its dtype.',
      });
    }
    return { dtype, shape: [...shape], data: data };
  }
  const made = allocate(dtype, size);
  for (let i = 0; i < size; i++) {
    const value = (data as readonly number[])[i]!;
    (made as { [index: number]: number | bigint })[i] = dtype === 'int64' ? BigInt(value) : value;
  }
  return { dtype, shape: [...shape], data: made };
}
