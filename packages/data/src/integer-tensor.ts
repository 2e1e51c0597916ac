import { hostTensor, type HostTensor } from '@limbeck/core';

/** The types that ids and masks may have. */
export type IdType = 'int64' | 'int32' | 'uint8';

/** Small whole numbers as a tensor of the type that a graph reads. */
export function integerTensor(
  dtype: IdType,
  shape: readonly number[],
  values: Int32Array,
): HostTensor {
  if (dtype === 'int32') return hostTensor('int32', shape, values);
  if (dtype === 'uint8') return hostTensor('uint8', shape, Uint8Array.from(values));
  // Low and high words: half the time of making a bigint an element.
  const words = new Int32Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]!;
    words[2 * i + 1] = values[i]! >> 31;
  }
  return hostTensor('int64', shape, new BigInt64Array(words.buffer));
}
