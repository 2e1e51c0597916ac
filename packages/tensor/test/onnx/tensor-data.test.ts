import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { fc, test } from '@fast-check/vitest';
import {
  allocate,
  type DType,
  hostTensor,
  type HostTensor,
  isLimbeckError,
  Rng,
  sizeOf,
} from '@limbeck/core';

import { describe, expect } from 'vitest';
import { decodeModel, encodeModel } from '../../src/onnx/codec.js';
import { TensorProto_DataType as Type, TensorProtoSchema } from '../../src/onnx/gen/onnx_pb.js';
import { tensorFromProto, tensorToProto } from '../../src/onnx/tensor-data.js';
import { oracle } from './oracle.js';
import { INT64_MAX, INT64_MIN, mutate, sampleModel } from './sample-model.js';

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

describe('tensorFromProto and tensorToProto', () => {
  test.prop([tensors()])(
    'give back every tensor, also out of a file, where it is not aligned',
    (tensor) => {
      const proto = tensorToProto(tensor, 'w');
      expect(tensorFromProto(proto)).toEqual(tensor);
      const read = decodeModel(encodeModel({ graph: { initializer: [proto] } })).graph!
        .initializer[0]!;
      expect(read.name).toBe('w');
      expect(tensorFromProto(read)).toEqual(tensor);
    },
  );

  test('keep INT64_MAX and INT64_MIN', () => {
    const data = [INT64_MAX, INT64_MIN, -1n];
    const raw = hostTensor('int64', [3], BigInt64Array.from(data));
    expect(tensorFromProto(tensorToProto(raw))).toEqual(raw);
    expect(tensorFromProto(proto({ dims: [3n], dataType: Type.INT64, int64Data: data }))).toEqual(
      raw,
    );
  });

  test('write a view, and read into memory of its own', () => {
    const tensor = hostTensor('float32', [2], [1, 2]);
    const written = tensorToProto(tensor);
    expect(written.rawData.buffer).toBe(tensor.data.buffer);
    const read = tensorFromProto(written);
    tensor.data[0] = 9;
    expect(read.data[0]).toBe(1);
  });

  test('write what onnx-proto reads', () => {
    const bytes = encodeModel({
      graph: { initializer: [tensorToProto(hostTensor('int8', [2, 1], [-3, 7]), 'q')] },
    });
    const [theirs] = oracle.ModelProto.decode(bytes).graph!.initializer!;
    expect(theirs).toMatchObject({ name: 'q', dataType: oracle.TensorProto.DataType.INT8 });
    expect([...theirs!.rawData!]).toEqual([253, 7]);
  });

  test('a scalar has one element, and a size of 0 none', () => {
    expect(tensorFromProto(proto({ dataType: Type.INT32, int32Data: [7] }))).toEqual(
      hostTensor('int32', [], [7]),
    );
    expect(tensorFromProto(proto({ dims: [3n, 0n], dataType: Type.FLOAT }))).toEqual(
      hostTensor('float32', [3, 0], []),
    );
  });
});

describe('a damaged tensor', () => {
  test.each<
    [what: string, init: MessageInitShape<typeof TensorProtoSchema>, code: string, message: string]
  >([
    [
      'too few bytes',
      { dims: [2n], dataType: Type.FLOAT, rawData: new Uint8Array(7) },
      'corrupt-onnx',
      'shape [2] with 7 bytes instead of 8',
    ],
    [
      'too many values',
      { dims: [1n], dataType: Type.FLOAT, floatData: [1, 2] },
      'corrupt-onnx',
      '2 values in floatData instead of 1',
    ],
    ['no values', { dataType: Type.FLOAT }, 'corrupt-onnx', '0 bytes instead of 4'],
    [
      'too few nibbles',
      { dims: [5n], dataType: Type.INT4, int32Data: [1, 2] },
      'corrupt-onnx',
      '2 values in int32Data instead of 3',
    ],
    [
      'a huge shape',
      { dims: [2n ** 40n, 2n ** 40n, 2n ** 40n], dataType: Type.FLOAT, rawData: new Uint8Array(4) },
      'corrupt-onnx',
      '4 bytes instead of',
    ],
    ['a negative size', { dims: [-1n], dataType: Type.FLOAT }, 'corrupt-onnx', 'size of -1'],
    [
      'a size of 2^62 beside 0',
      { dims: [0n, 2n ** 62n], dataType: Type.FLOAT },
      'corrupt-onnx',
      'size of 4611686018427387904',
    ],
    [
      'values in two fields',
      { dims: [1n], dataType: Type.FLOAT, rawData: new Uint8Array(4), floatData: [1] },
      'corrupt-onnx',
      'values in rawData and floatData',
    ],
    [
      'values in the wrong field',
      { dims: [1n], dataType: Type.FLOAT, int64Data: [1n] },
      'corrupt-onnx',
      'values in int64Data',
    ],
    [
      'a value beyond its type',
      { dims: [1n], dataType: Type.UINT8, int32Data: [256] },
      'corrupt-onnx',
      'value 256 as uint8',
    ],
    [
      'a value beyond uint32',
      { dims: [1n], dataType: Type.UINT32, uint64Data: [2n ** 32n] },
      'corrupt-onnx',
      'value 4294967296 as uint32',
    ],
    [
      'a code beyond 16 bits',
      { dims: [1n], dataType: Type.FLOAT16, int32Data: [65536] },
      'corrupt-onnx',
      'value 65536 in 16 bits',
    ],
    [
      'a byte of nibbles beyond 8 bits',
      { dims: [1n], dataType: Type.INT4, int32Data: [256] },
      'corrupt-onnx',
      'value 256 in 8 bits',
    ],
    [
      'a uint64 that int64 cannot hold',
      { dims: [1n], dataType: Type.UINT64, uint64Data: [2n ** 63n] },
      'dtype-mismatch',
      '9223372036854775808',
    ],
    [
      'the same in raw data',
      { dims: [1n], dataType: Type.UINT64, rawData: new Uint8Array(8).fill(255) },
      'dtype-mismatch',
      '18446744073709551615',
    ],
    [
      'strings',
      { dataType: Type.STRING, stringData: [new Uint8Array(1)] },
      'dtype-mismatch',
      '8 (STRING)',
    ],
    ['a type invented later', { dataType: 99 }, 'dtype-mismatch', 'data type 99;'],
  ])('with %s', (_, init, code, message) => {
    expect(() => tensorFromProto(proto({ name: 'w', ...init }))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test('in 2,000 ways is refused by a LimbeckError, or has the elements of its shape', () => {
    const rng = Rng.from(2).stream('tensors');
    const sample = encodeModel({ graph: { initializer: sampleModel.graph!.initializer! } });
    let read = 0;
    for (let i = 0; i < 2000; i++) {
      try {
        for (const initializer of decodeModel(mutate(sample, rng)).graph!.initializer) {
          const { shape, data } = tensorFromProto(initializer);
          expect(data.length).toBe(sizeOf(shape));
          read++;
        }
      } catch (error) {
        if (!isLimbeckError(error)) throw error;
      }
    }
    expect(read).toBeGreaterThan(500);
  });
});

test('tensorToProto refuses data of another length than its shape', () => {
  const broken: HostTensor = { dtype: 'float32', shape: [3], data: new Float32Array(2) };
  expect(() => tensorToProto(broken)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
});

function proto(init: MessageInitShape<typeof TensorProtoSchema>) {
  return create(TensorProtoSchema, init);
}

/** Tensors of every dtype with any bits, some of them views into a larger buffer. */
function tensors(): fc.Arbitrary<HostTensor> {
  const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });
  return fc
    .tuple(fc.constantFrom(...dtypes), shape, fc.integer(), fc.nat(3))
    .map(([dtype, shape, seed, before]) => {
      const size = sizeOf(shape);
      const data = allocate(dtype, before + size).subarray(before);
      const rng = Rng.from(seed >>> 0);
      new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).forEach(
        (_, i, bytes) => {
          bytes[i] = dtype === 'bool' ? rng.integer(2) : rng.integer(256);
        },
      );
      // Distinct NaNs are equal to the tests, not to the bit; -0 is kept apart from 0 by toEqual.
      return { dtype, shape, data } as HostTensor;
    });
}
