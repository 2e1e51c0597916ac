import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { DType } from '@limbeck/core';
import { describe, expect, test } from 'vitest';
import { dataTypeOf, dtypeOf } from '../../src/onnx/element-kinds.js';
import { TensorProto_DataType as Type, TensorProtoSchema } from '../../src/onnx/gen/onnx_pb.js';
import { tensorFromProto } from '../../src/onnx/tensor-data.js';
import { INT64_MAX, INT64_MIN } from './sample-model.js';

const dtypes: readonly DType[] = [
  'float32',
  'float64',
  'int64',
  'int32',
  'uint32',
  'uint8',
  'int8',
  'bool',
];

describe('dtypeOf', () => {
  test.each(dtypes)('%s has one ONNX type, and back', (dtype) => {
    expect(dtypeOf(dataTypeOf(dtype))).toBe(dtype);
  });
});

describe('typed fields', () => {
  test.each<
    [type: keyof typeof Type, field: object, dtype: DType, data: readonly (number | bigint)[]]
  >([
    ['FLOAT', { floatData: [1.5, -0, Infinity, NaN] }, 'float32', [1.5, -0, Infinity, NaN]],
    ['DOUBLE', { doubleData: [Math.PI, 5e-324] }, 'float64', [Math.PI, 5e-324]],
    ['INT64', { int64Data: [INT64_MIN, 0n] }, 'int64', [INT64_MIN, 0n]],
    ['UINT64', { uint64Data: [INT64_MAX, 0n] }, 'int64', [INT64_MAX, 0n]],
    ['UINT32', { uint64Data: [4294967295n, 0n] }, 'uint32', [4294967295, 0]],
    ['INT32', { int32Data: [-(2 ** 31), 2 ** 31 - 1] }, 'int32', [-(2 ** 31), 2 ** 31 - 1]],
    ['UINT8', { int32Data: [0, 255] }, 'uint8', [0, 255]],
    ['INT8', { int32Data: [-128, 127] }, 'int8', [-128, 127]],
    ['BOOL', { int32Data: [0, 1, 1] }, 'bool', [0, 1, 1]],
    ['UINT16', { int32Data: [0, 65535] }, 'int32', [0, 65535]],
    ['INT16', { int32Data: [-32768, 32767] }, 'int32', [-32768, 32767]],
    // 1.0, -2.0, the smallest subnormal, the largest, infinity (IEEE 754-2019, binary16).
    [
      'FLOAT16',
      { int32Data: [0x3c00, 0xc000, 1, 0x7bff, 0x7c00] },
      'float32',
      [1, -2, 2 ** -24, 65504, Infinity],
    ],
    ['BFLOAT16', { int32Data: [0x3f80, 0xc000, 0x7f80] }, 'float32', [1, -2, Infinity]],
    // Two elements an entry, the first in the low bits; the last half is padding.
    ['INT4', { int32Data: [0x8f, 0x07] }, 'int8', [-1, -8, 7]],
    ['UINT4', { int32Data: [0x8f, 0x07] }, 'uint8', [15, 8, 7]],
    ['INT2', { int32Data: [0b10_01_11_00] }, 'int8', [0, -1, 1, -2]],
  ])('%s', (type, field, dtype, data) => {
    const read = tensorFromProto(
      proto({ dims: [BigInt(data.length)], dataType: Type[type], ...field }),
    );
    expect(read.dtype).toBe(dtype);
    expect([...read.data]).toEqual(data);
  });
});

describe('raw_data', () => {
  test.each<
    [
      type: keyof typeof Type,
      raw: readonly number[],
      dtype: DType,
      data: readonly (number | bigint)[],
    ]
  >([
    ['UINT16', [0xff, 0xff, 1, 0], 'int32', [65535, 1]],
    ['INT16', [0xff, 0xff, 0, 0x80], 'int32', [-1, -32768]],
    ['UINT32', [0xff, 0xff, 0xff, 0xff], 'uint32', [4294967295]],
    ['UINT64', [1, 0, 0, 0, 0, 0, 0, 0], 'int64', [1n]],
    ['BOOL', [0, 1, 2], 'bool', [0, 1, 1]],
    ['FLOAT16', [0, 0x3c, 0xff, 0x7f], 'float32', [1, NaN]],
    ['BFLOAT16', [0x80, 0x3f], 'float32', [1]],
    // Largest values and NaN codes: Table 1 of Micikevicius et al. (2022); the FNUZ ones from Noune et al. (2022).
    ['FLOAT8E4M3FN', [0x7e, 0x7f, 0x01, 0x80], 'float32', [448, NaN, 2 ** -9, -0]],
    ['FLOAT8E4M3FNUZ', [0x7f, 0x80, 0x01], 'float32', [240, NaN, 2 ** -10]],
    ['FLOAT8E5M2', [0x7b, 0x7c, 0xfd, 0x01], 'float32', [57344, Infinity, NaN, 2 ** -16]],
    ['FLOAT8E5M2FNUZ', [0x7f, 0x80, 0x01], 'float32', [57344, NaN, 2 ** -17]],
    ['FLOAT8E8M0', [0, 127, 254, 255], 'float32', [2 ** -127, 1, 2 ** 127, NaN]],
    // All eight magnitudes of E2M1, then -6.
    ['FLOAT4E2M1', [0x10, 0x32, 0x54, 0x76, 0x0f], 'float32', [0, 0.5, 1, 1.5, 2, 3, 4, 6, -6]],
    ['UINT2', [0b11_10_01_00], 'uint8', [0, 1, 2, 3]],
  ])('%s', (type, raw, dtype, data) => {
    const read = tensorFromProto(
      proto({ dims: [BigInt(data.length)], dataType: Type[type], rawData: Uint8Array.from(raw) }),
    );
    expect(read.dtype).toBe(dtype);
    expect([...read.data]).toEqual(data);
  });

  test('every bfloat16 is the upper half of the float32 of equal value', () => {
    const codes = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const read = tensorFromProto(
      proto({ dims: [65536n], dataType: Type.BFLOAT16, rawData: new Uint8Array(codes.buffer) }),
    );
    const expected = new Float32Array(Uint32Array.from(codes, (code) => code * 65536).buffer);
    for (let i = 0; i < 65536; i++)
      expect(Object.is(read.data[i], expected[i]), `code ${i}`).toBe(true);
  });
});

function proto(init: MessageInitShape<typeof TensorProtoSchema>) {
  return create(TensorProtoSchema, init);
}
