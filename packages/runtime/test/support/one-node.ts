import type { Dim, HostTensor } from '@limbeck/core';
import { encodeModel } from '@limbeck/tensor';

/** An attribute: whole numbers and lists of them, fractions written as `{ float }`, text, a tensor. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: HostTensor };

/** A file of one node. */
export interface OneNode {
  /** The operator. */
  readonly type: string;
  /** The operator's domain. @defaultValue the standard's */
  readonly domain?: string;
  /** The version of the standard operators. @defaultValue 21 */
  readonly opset?: number;
  /** What is fed; undefined leaves an optional input out. */
  readonly inputs: readonly (HostTensor | undefined)[];
  /** Which inputs are part of the file. @defaultValue none */
  readonly constants?: readonly number[];
  /** The attributes. */
  readonly attributes?: { readonly [name: string]: Attribute };
  /** How many outputs are asked for. @defaultValue 1 */
  readonly outputs?: number;
  /** Dtypes of the outputs. @defaultValue float32 each */
  readonly dtypes?: readonly HostTensor['dtype'][];
  /** Whether the first axis has a name in the file. @defaultValue true where one input is fed */
  readonly named?: boolean;
}

const types = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;
const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
};

function attributeOf(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, type: types.int, i: BigInt(value) };
  if (typeof value === 'string') {
    return { name, type: types.string, s: new TextEncoder().encode(value) };
  }
  if ('float' in value) return { name, type: types.float, f: value.float };
  if ('floats' in value) return { name, type: types.floats, floats: [...value.floats] };
  if ('tensor' in value) return { name, type: types.tensor, t: protoOf('', value.tensor) };
  return { name, type: types.ints, ints: value.map(BigInt) };
}

function protoOf(name: string, { dtype, shape, data }: HostTensor): object {
  const rawData = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return { name, dims: shape.map(BigInt), dataType: dataTypes[dtype], rawData };
}

function typeOf(dtype: HostTensor['dtype'], shape: readonly Dim[] | undefined): object {
  const dim = shape?.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue', value: BigInt(size) }
        : { case: 'dimParam', value: size },
  }));
  const tensor = { elemType: dataTypes[dtype], ...(dim === undefined ? {} : { shape: { dim } }) };
  return { value: { case: 'tensorType', value: tensor } };
}

/** The bytes of a file of one node, and what to feed it. */
export function oneNode(node: OneNode): {
  readonly bytes: Uint8Array;
  readonly feeds: { readonly [name: string]: HostTensor };
} {
  const { type, domain = '', opset = 21, inputs, constants = [], attributes = {} } = node;
  const { outputs = 1, dtypes = [] } = node;
  const names = inputs.map((value, i) => (value === undefined ? '' : `in${i}`));
  const isConstant = (i: number): boolean => constants.includes(i);
  const fed = inputs.flatMap((value, i) =>
    value === undefined || isConstant(i) ? [] : [{ value, i }],
  );
  const { named = fed.length === 1 } = node;
  const bytes = encodeModel({
    irVersion: 8n,
    opsetImport: [
      { domain: '', version: BigInt(opset) },
      { domain: 'com.microsoft', version: 1n },
    ],
    graph: {
      name: 'one',
      node: [
        {
          opType: type,
          domain,
          name: 'node',
          input: names,
          output: Array.from({ length: outputs }, (_, i) => `out${i}`),
          attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
        },
      ],
      initializer: inputs.flatMap((value, i) =>
        value !== undefined && isConstant(i) ? [protoOf(names[i]!, value)] : [],
      ),
      input: fed.map(({ value, i }) => ({
        name: names[i]!,
        // Channels and lengths stay numbers; the first axis is named, as batches are.
        type: typeOf(
          value.dtype,
          value.shape.map((size, axis) => (named && axis === 0 && i === 0 ? 'batch' : size)),
        ),
      })),
      output: Array.from({ length: outputs }, (_, i) => ({
        name: `out${i}`,
        type: typeOf(dtypes[i] ?? 'float32', undefined),
      })),
    },
  } as never);
  return { bytes, feeds: Object.fromEntries(fed.map(({ value, i }) => [names[i]!, value])) };
}
