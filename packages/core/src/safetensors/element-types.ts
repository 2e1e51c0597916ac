import type { DType } from '../tree.js';

/** How elements of a type lie in a file, and what they become. */
export interface ElementType {
  /** Bytes an element. */
  readonly bytes: 1 | 2 | 4 | 8;
  /** The dtype that holds every value. */
  readonly dtype: DType;
  /** One element of two bytes as a number, where it is not stored as its dtype is. */
  readonly widen?: (bits: number) => number;
}

/** The format's element types, by name. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['BOOL', { bytes: 1, dtype: 'bool' }],
  ['U8', { bytes: 1, dtype: 'uint8' }],
  ['I8', { bytes: 1, dtype: 'int8' }],
  ['I16', { bytes: 2, dtype: 'int32', widen: (bits) => (bits << 16) >> 16 }],
  ['U16', { bytes: 2, dtype: 'int32', widen: (bits) => bits }],
  ['F16', { bytes: 2, dtype: 'float32', widen: float16 }],
  ['BF16', { bytes: 2, dtype: 'float32', widen: bfloat16 }],
  ['I32', { bytes: 4, dtype: 'int32' }],
  ['U32', { bytes: 4, dtype: 'uint32' }],
  ['F32', { bytes: 4, dtype: 'float32' }],
  ['F64', { bytes: 8, dtype: 'float64' }],
  ['I64', { bytes: 8, dtype: 'int64' }],
]);

/** The name under which a dtype is written. */
export const namesOfTypes: { readonly [D in DType]: string } = {
  bool: 'BOOL',
  uint8: 'U8',
  int8: 'I8',
  int32: 'I32',
  uint32: 'U32',
  float32: 'F32',
  float64: 'F64',
  int64: 'I64',
};

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** Half precision: a sign, five bits of exponent, ten of fraction; every one is a float32. */
function float16(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function bfloat16(bits: number): number {
  word[0] = bits << 16;
  return single[0]!;
}
