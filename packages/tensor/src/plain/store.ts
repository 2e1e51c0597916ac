import { allocate, type DType, type HostTensor } from '@limbeck/core';

/** Arrays that hold values here: that of the dtype, but float64 for int64, whose bigints would be slow; exact up to 2^53. */
export type Store = Float32Array | Float64Array | Int32Array | Uint32Array | Int8Array | Uint8Array;

/** A value of the plain executor, row-major. */
export interface PlainValue {
  /** What an element stands for. */
  readonly dtype: DType;
  /** The sizes, outermost first. */
  readonly shape: readonly number[];
  /** The elements. */
  readonly data: Store;
}

/** How many bytes an element takes here. */
export const bytesOf: { readonly [D in DType]: number } = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  uint32: 4,
  uint8: 1,
  int8: 1,
  bool: 1,
};

/** An array of a dtype over memory that is there; its elements are whatever lies in it. */
export function viewOf(dtype: DType, buffer: ArrayBuffer, length: number): Store {
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, 0, length);
    case 'float64':
    case 'int64':
      return new Float64Array(buffer, 0, length);
    case 'int32':
      return new Int32Array(buffer, 0, length);
    case 'uint32':
      return new Uint32Array(buffer, 0, length);
    case 'int8':
      return new Int8Array(buffer, 0, length);
    default:
      return new Uint8Array(buffer, 0, length);
  }
}

/** A value in memory of its own. */
export function newStore(dtype: DType, length: number): Store {
  return viewOf(dtype, new ArrayBuffer(length * bytesOf[dtype]), length);
}

/** A tensor of the host as a value; shares its memory where the array is the same. */
export function fromHost({ dtype, shape, data }: HostTensor): PlainValue {
  if (!(data instanceof BigInt64Array)) return { dtype, shape, data };
  const whole = new Float64Array(data.length);
  for (let i = 0; i < whole.length; i++) whole[i] = Number(data[i]);
  return { dtype, shape, data: whole };
}

/** A value as a tensor of the host, in memory of its own. */
export function toHost({ dtype, shape, data }: PlainValue): HostTensor {
  const out = allocate(dtype, data.length);
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = BigInt(data[i]!);
  } else {
    out.set(data);
  }
  return { dtype, shape, data: out };
}
