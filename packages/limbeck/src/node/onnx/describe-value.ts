import type { decodeModel } from '@limbeck/tensor';

type Graph = NonNullable<ReturnType<typeof decodeModel>['graph']>;

/** An input or output of a file. */
export interface DescribedValue {
  /** Its name. */
  readonly name: string;
  /** Its element type, such as `float32`. */
  readonly dtype: string;
  /** Its sizes: numbers, names, or `?` where the file does not say. */
  readonly shape: readonly (number | string)[];
}

/** ONNX's element types: their names and how many bits an element takes. */
const kinds: { readonly [dataType: number]: readonly [name: string, bits: number] } = {
  1: ['float32', 32],
  2: ['uint8', 8],
  3: ['int8', 8],
  4: ['uint16', 16],
  5: ['int16', 16],
  6: ['int32', 32],
  7: ['int64', 64],
  8: ['string', 0],
  9: ['bool', 8],
  10: ['float16', 16],
  11: ['float64', 64],
  12: ['uint32', 32],
  13: ['uint64', 64],
  14: ['complex64', 64],
  15: ['complex128', 128],
  16: ['bfloat16', 16],
  17: ['float8e4m3fn', 8],
  18: ['float8e4m3fnuz', 8],
  19: ['float8e5m2', 8],
  20: ['float8e5m2fnuz', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
  23: ['float4e2m1', 4],
};

/** An element type by its number in the file. */
export function kindOf(dataType: number): { readonly name: string; readonly bits: number } {
  const [name, bits] = kinds[dataType] ?? [`type ${dataType}`, 0];
  return { name, bits };
}

/** What the file says of an input or output. */
export function describeValue({ name, type }: Graph['input'][number]): DescribedValue {
  const value = type?.value;
  if (value?.case !== 'tensorType') return { name, dtype: 'no tensor', shape: [] };
  const { elemType, shape } = value.value;
  return {
    name,
    dtype: kindOf(elemType).name,
    shape: (shape?.dim ?? []).map(({ value: dim }) =>
      dim.case === 'dimValue' ? Number(dim.value) : dim.case === 'dimParam' ? dim.value : '?',
    ),
  };
}
