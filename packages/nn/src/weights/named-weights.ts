import {
  type HostTensor,
  leaves,
  LimbeckError,
  mapTree,
  sizeOf,
  type HostTree,
  type Specs,
} from '@limbeck/core';

/** Where one of our parameters stands in somebody else's file. */
export interface WeightSource {
  /** Names to look for; the first that is there is read, and the first of all is written. */
  readonly names: readonly string[];
  /** Whether the file holds it with its two axes swapped, as `[out, in]`. @defaultValue false */
  readonly transpose?: boolean;
  /** The part of the file's last axis that it is, where several parameters stand side by side. @defaultValue all */
  readonly columns?: { readonly part: number; readonly of: number };
}

/** Says for a path of a parameter tree, such as `decoder/0/attention/query/weight`, where it stands in a file. */
export type WeightNames = (path: string) => WeightSource;

/**
 * A parameter tree from named tensors. Tensors that no parameter asks for are left alone.
 *
 * @param specs - the parameters' shapes, as a model's `parameterSpecs`
 * @throws LimbeckError `invalid-data` that lists every name that is missing; `shape-mismatch`, `dtype-mismatch` for a
 * tensor that is not what its parameter is
 */
export function readWeights<P>(
  specs: Specs<P>,
  names: WeightNames,
  tensors: { readonly [name: string]: HostTensor },
): HostTree<P> {
  const missing: string[] = [];
  const tree = mapTree<HostTensor>(specs, ({ shape }, path) => {
    const source = names(path);
    const name = source.names.find((each) => Object.hasOwn(tensors, each));
    if (name === undefined) {
      missing.push(source.names.join(' or '));
      return { dtype: 'float32', shape: [0], data: new Float32Array() };
    }
    return read(name, tensors[name]!, source, shape as readonly number[]);
  });
  if (missing.length === 0) return tree as unknown as HostTree<P>;
  throw new LimbeckError('invalid-data', {
    where: 'readWeights',
    given: `a file without ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`,
    expected: `every parameter of the model; the file has ${Object.keys(tensors).slice(0, 5).join(', ')}, …`,
    next: 'Make the model with the sizes of the file, and pass the names of its family.',
  });
}

/** Named tensors from a parameter tree: what {@link readWeights} reads back. */
export function writeWeights(
  parameters: object,
  names: WeightNames,
): { readonly [name: string]: HostTensor<'float32'> } {
  const tensors = new Map<string, HostTensor<'float32'>>();
  for (const [path, value] of leaves<HostTensor<'float32'>>(parameters)) {
    const source = names(path);
    const [name] = source.names;
    const own = source.transpose === true ? transposed(value) : value;
    if (source.columns === undefined) tensors.set(name!, own);
    else tensors.set(name!, withColumns(tensors.get(name!), own, source.columns));
  }
  return Object.fromEntries(tensors);
}

function read(
  name: string,
  tensor: HostTensor,
  { transpose = false, columns }: WeightSource,
  shape: readonly number[],
): HostTensor<'float32'> {
  if (tensor.dtype !== 'float32') refuse('dtype-mismatch', name, tensor.dtype, 'float32');
  const stored = transpose ? shape.toReversed() : [...shape];
  if (columns !== undefined) stored[stored.length - 1]! *= columns.of;
  if (tensor.shape.length !== stored.length || tensor.shape.some((size, i) => size !== stored[i])) {
    refuse('shape-mismatch', name, `[${tensor.shape.join(', ')}]`, `[${stored.join(', ')}]`);
  }
  const float = tensor as HostTensor<'float32'>;
  const part = columns === undefined ? float : columnsOf(float, columns);
  return transpose ? transposed(part) : part;
}

type Columns = { readonly part: number; readonly of: number };

function columnsOf(
  { shape, data }: HostTensor<'float32'>,
  { part, of }: Columns,
): HostTensor<'float32'> {
  const all = shape.at(-1)!;
  const width = all / of;
  const rows = data.length / all;
  const own = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = row * all + part * width;
    own.set(data.subarray(from, from + width), row * width);
  }
  return { dtype: 'float32', shape: [...shape.slice(0, -1), width], data: own };
}

/** The wide tensor, made where there is none yet, with these columns set. */
function withColumns(
  wide: HostTensor<'float32'> | undefined,
  { shape, data }: HostTensor<'float32'>,
  { part, of }: Columns,
): HostTensor<'float32'> {
  const width = shape.at(-1)!;
  const full = [...shape.slice(0, -1), width * of];
  const into = wide?.data ?? new Float32Array(sizeOf(full));
  for (let row = 0; row * width < data.length; row++) {
    into.set(data.subarray(row * width, (row + 1) * width), row * width * of + part * width);
  }
  return { dtype: 'float32', shape: full, data: into };
}

function transposed({ shape, data }: HostTensor<'float32'>): HostTensor<'float32'> {
  const [rows, columns] = shape as [number, number];
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = data[row * columns + column]!;
    }
  }
  return { dtype: 'float32', shape: [columns, rows], data: turned };
}

function refuse(
  code: 'dtype-mismatch' | 'shape-mismatch',
  name: string,
  given: string,
  expected: string,
): never {
  throw new LimbeckError(code, {
    where: `readWeights, "${name}"`,
    given,
    expected,
    next: 'Make the model with the sizes of the file, and pass the names of its family.',
  });
}
