import { create } from '@bufbuild/protobuf';
import { type HostTensor, LimbeckError } from '@limbeck/core';
import { TensorProto_DataType, TensorProtoSchema } from './gen/onnx_pb.js';
import type { GraphWriter } from './graph-writer.js';

/** What rounds to an infinity: halfway between the largest float16, 65504, and what would come next. */
const tooLarge = 65520;
const smallestNormal = 2 ** -14;

/** The code of the float16 nearest to a number, ties to even; numbers beyond the range are infinities. */
export function float16Code(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= tooLarge) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const units = roundedToEven(size / 2 ** (exponent - 10));
  // A fraction that is rounded up to 1 carries over into the exponent, as it should.
  return sign | (size < smallestNormal ? units : ((exponent + 14) << 10) + units);
}

function roundedToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/**
 * Writes a float32 initialiser as float16, and a node that makes float32 of it: half of the bytes. ONNX Runtime casts
 * once, when the file is loaded.
 *
 * @throws LimbeckError `invalid-data` for a finite value that float16 cannot hold
 */
export function writeHalf(writer: GraphWriter, name: string, { shape, data }: HostTensor): void {
  const codes = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (Number.isFinite(value) && Math.abs(value) >= tooLarge) {
      throw new LimbeckError('invalid-data', {
        where: `toOnnx, initialiser "${name}"`,
        given: `${value} at index ${i}, to be kept as float16`,
        expected: 'values from -65504 to 65504',
        next: 'Leave storage out for this graph, or scale the values.',
      });
    }
    codes[i] = float16Code(value);
  }
  const stored = writer.fresh(`${name}/float16`);
  writer.initialisers.push(
    create(TensorProtoSchema, {
      name: stored,
      dims: shape.map(BigInt),
      dataType: TensorProto_DataType.FLOAT16,
      rawData: new Uint8Array(codes.buffer),
    }),
  );
  writer.node({
    type: 'Cast',
    inputs: [stored],
    outputs: [name],
    attributes: { to: { int: TensorProto_DataType.FLOAT } },
    scope: '',
  });
}
