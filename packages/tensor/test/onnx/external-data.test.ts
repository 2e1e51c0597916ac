import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  TensorProto_DataLocation as Location,
  TensorProto_DataType as Type,
  TensorProtoSchema,
} from '../../src/onnx/gen/onnx_pb.js';
import { tensorFromProto } from '../../src/onnx/tensor-data.js';

describe('external data', () => {
  const external = (entries: object, count = 2n) =>
    create(TensorProtoSchema, {
      name: 'w',
      dims: [count],
      dataType: Type.FLOAT,
      dataLocation: Location.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({
        key,
        value: value as string,
      })),
    });

  test('is read by the caller', () => {
    const asked: unknown[] = [];
    const read = tensorFromProto(external({ location: 'w.bin', offset: '4096', length: '8' }), {
      readExternal: (data) => {
        asked.push(data);
        return new Uint8Array([0, 0, 128, 63, 0, 0, 0, 192]);
      },
    });
    expect(asked).toEqual([{ location: 'w.bin', offset: 4096, length: 8 }]);
    expect([...read.data]).toEqual([1, -2]);
  });

  test('without a reader is data-missing', () => {
    expect(() => tensorFromProto(external({ location: 'w.bin' }))).toThrow(
      expect.objectContaining({ code: 'data-missing', message: expect.stringContaining('w.bin') }),
    );
  });

  test('of the wrong length is corrupt-onnx', () => {
    expect(() =>
      tensorFromProto(external({ location: 'w.bin' }), { readExternal: () => new Uint8Array(7) }),
    ).toThrow(
      expect.objectContaining({
        code: 'corrupt-onnx',
        message: expect.stringContaining('7 bytes instead of 8'),
      }),
    );
  });

  test.each([
    [{}],
    [{ location: '/etc/passwd' }],
    [{ location: '../w.bin' }],
    [{ location: 'a/../../w.bin' }],
    [{ location: 'C:\\w.bin' }],
    [{ location: 'a\\..\\w.bin' }],
    [{ location: 'w.bin', offset: '-1' }],
    [{ location: 'w.bin', offset: '1e3' }],
    [{ location: 'w.bin', length: '99999999999999999999' }],
  ])('%j is corrupt-onnx', (entries) => {
    expect(() =>
      tensorFromProto(external(entries), { readExternal: () => new Uint8Array(8) }),
    ).toThrow(expect.objectContaining({ code: 'corrupt-onnx', where: 'externalDataOf' }));
  });

  test('may stand in a folder below, under a name with dots', () => {
    const read = tensorFromProto(external({ location: 'weights/a..b' }, 0n), {
      readExternal: () => new Uint8Array(0),
    });
    expect(read.data).toHaveLength(0);
  });
});
