import { type DType, LimbeckError } from '@limbeck/core';
import { TensorProto_DataType as Type } from './gen/onnx_pb.js';
import { powerOfTwo, smallFloat, smallFloats } from './small-floats.js';

/** How ONNX stores one kind of element, and what it becomes on the host. */
export interface ElementKind {
  /** What the elements are on the host. */
  readonly dtype: DType;
  /** Bits of one element in `raw_data`. */
  readonly bits: number;
  /** The typed field that holds such elements where `raw_data` does not. */
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';
  /** The value of a code of `bits` bits; absent where the host's array has the same layout. */
  readonly value?: (code: number) => number;
}

const float = (layout: Parameters<typeof smallFloat>[1]) => (code: number) =>
  smallFloat(code, layout);
const signed = (bits: number) => (code: number) => (code << (32 - bits)) >> (32 - bits);
const unsigned = (code: number): number => code;

const kinds: ReadonlyMap<number, ElementKind> = new Map<number, ElementKind>([
  [Type.FLOAT, { dtype: 'float32', bits: 32, field: 'floatData' }],
  [Type.DOUBLE, { dtype: 'float64', bits: 64, field: 'doubleData' }],
  [Type.INT64, { dtype: 'int64', bits: 64, field: 'int64Data' }],
  [Type.UINT64, { dtype: 'int64', bits: 64, field: 'uint64Data' }],
  [Type.UINT32, { dtype: 'uint32', bits: 32, field: 'uint64Data' }],
  [Type.INT32, { dtype: 'int32', bits: 32, field: 'int32Data' }],
  [Type.UINT8, { dtype: 'uint8', bits: 8, field: 'int32Data' }],
  [Type.INT8, { dtype: 'int8', bits: 8, field: 'int32Data' }],
  [Type.BOOL, coded('bool', 8, (code) => (code === 0 ? 0 : 1))],
  [Type.UINT16, coded('int32', 16, unsigned)],
  [Type.INT16, coded('int32', 16, signed(16))],
  [Type.UINT4, coded('uint8', 4, unsigned)],
  [Type.INT4, coded('int8', 4, signed(4))],
  [Type.UINT2, coded('uint8', 2, unsigned)],
  [Type.INT2, coded('int8', 2, signed(2))],
  [Type.FLOAT16, coded('float32', 16, float(smallFloats.FLOAT16))],
  [Type.BFLOAT16, coded('float32', 16, float(smallFloats.BFLOAT16))],
  [Type.FLOAT8E4M3FN, coded('float32', 8, float(smallFloats.FLOAT8E4M3FN))],
  [Type.FLOAT8E4M3FNUZ, coded('float32', 8, float(smallFloats.FLOAT8E4M3FNUZ))],
  [Type.FLOAT8E5M2, coded('float32', 8, float(smallFloats.FLOAT8E5M2))],
  [Type.FLOAT8E5M2FNUZ, coded('float32', 8, float(smallFloats.FLOAT8E5M2FNUZ))],
  [Type.FLOAT8E8M0, coded('float32', 8, powerOfTwo)],
  [Type.FLOAT4E2M1, coded('float32', 4, float(smallFloats.FLOAT4E2M1))],
]);

function coded(dtype: DType, bits: number, value: (code: number) => number): ElementKind {
  return { dtype, bits, field: 'int32Data', value };
}

const dataTypes: { readonly [D in DType]: Type } = {
  float32: Type.FLOAT,
  float64: Type.DOUBLE,
  int64: Type.INT64,
  int32: Type.INT32,
  uint32: Type.UINT32,
  uint8: Type.UINT8,
  int8: Type.INT8,
  bool: Type.BOOL,
};

/** ONNX's number for a dtype. */
export function dataTypeOf(dtype: DType): Type {
  return dataTypes[dtype];
}

/**
 * The dtype that elements of an ONNX data type have on the host: their own where there is one; `float32` for
 * floats of at most 16 bits; `int32` for 16-bit integers; `int8` and `uint8` for 4-bit and 2-bit ones; `int64` for
 * `uint64`. Every value stays exact.
 *
 * @throws LimbeckError `dtype-mismatch` for strings, complex numbers and numbers that ONNX gives no meaning
 */
export function dtypeOf(dataType: number): DType {
  return elementKind('dtypeOf', dataType).dtype;
}

/** How an ONNX data type is stored. @throws LimbeckError `dtype-mismatch`, as {@link dtypeOf} */
export function elementKind(where: string, dataType: number): ElementKind {
  const kind = kinds.get(dataType);
  if (kind !== undefined) return kind;
  const name = Type[dataType];
  throw new LimbeckError('dtype-mismatch', {
    where,
    given: `ONNX data type ${dataType}${name === undefined ? '' : ` (${name})`}`,
    expected: 'a kind of integer, float or bool',
    next: 'Cut the part of the graph that uses it away, or convert it with a Cast when exporting.',
  });
}
