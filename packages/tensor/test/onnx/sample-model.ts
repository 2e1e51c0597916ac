import type { Rng } from '@limbeck/core';
import type { ModelInit } from '../../src/onnx/codec.js';
import {
  AttributeProto_AttributeType as Kind,
  TensorProto_DataType as Type,
} from '../../src/onnx/gen/onnx_pb.js';

export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN = -(2n ** 63n);

/** A model with every message of the schema in it, and values at the ends of their ranges. */
export const sampleModel: ModelInit = {
  irVersion: 10n,
  producerName: 'limbeck',
  graph: {
    name: 'größe',
    node: [
      {
        input: ['x', '', 'ends'],
        output: ['y'],
        name: 'cut',
        opType: 'Slice',
        attribute: [
          { name: 'alpha', type: Kind.FLOAT, f: 0 },
          { name: 'axis', type: Kind.INT, i: 0n },
          { name: 'end', type: Kind.INT, i: INT64_MAX },
          { name: 'ends', type: Kind.INTS, ints: [INT64_MAX, INT64_MIN, -1n, 0n, 1n] },
          { name: 'scales', type: Kind.FLOATS, floats: [0.5, -2, Infinity] },
          { name: 'mode', type: Kind.STRING, s: new TextEncoder().encode('max') },
          {
            name: 'keys',
            type: Kind.STRINGS,
            strings: [new Uint8Array([0, 255]), new Uint8Array()],
          },
          {
            name: 'value',
            type: Kind.TENSOR,
            t: { dims: [2n], dataType: Type.INT64, int64Data: [INT64_MAX, -1n] },
          },
          {
            name: 'body',
            type: Kind.GRAPH,
            g: { node: [{ opType: 'Identity', input: ['a'], output: ['b'] }] },
          },
        ],
      },
    ],
    initializer: [
      {
        name: 'ends',
        dims: [1n],
        dataType: Type.INT64,
        rawData: new Uint8Array([255, 255, 255, 255, 255, 255, 255, 127]),
      },
      { name: 'w', dims: [2n, 2n], dataType: Type.FLOAT, floatData: [1, 2.5, -3, 0] },
      { name: 'd', dims: [1n], dataType: Type.DOUBLE, doubleData: [Math.PI] },
      { name: 'q', dims: [3n], dataType: Type.INT8, int32Data: [-128, 0, 127] },
      { name: 'u', dims: [1n], dataType: Type.UINT64, uint64Data: [2n ** 64n - 1n] },
    ],
    input: [
      {
        name: 'x',
        type: {
          value: {
            case: 'tensorType',
            value: {
              elemType: Type.FLOAT,
              shape: {
                dim: [
                  { value: { case: 'dimParam', value: 'batch' } },
                  { value: { case: 'dimValue', value: INT64_MAX } },
                  {},
                ],
              },
            },
          },
        },
      },
    ],
    output: [{ name: 'y' }],
  },
  opsetImport: [{ domain: '', version: 21n }],
  metadataProps: [{ key: 'licence', value: 'MIT' }],
};

/** A damaged copy: up to four bytes or runs of bytes flipped, set, cut out, doubled or put in. */
export function mutate(bytes: Uint8Array, rng: Rng): Uint8Array {
  let damaged = [...bytes];
  for (let times = rng.integer(4) + 1; times > 0; times--) {
    const at = rng.integer(damaged.length + 1);
    const length = rng.integer(12);
    const before = damaged.slice(0, at);
    const after = damaged.slice(at);
    const noise = Array.from({ length }, () => rng.integer(256));
    const kinds: (() => number[])[] = [
      () => [...before, (after[0] ?? 0) ^ (1 << rng.integer(8)), ...after.slice(1)],
      () => [...before, rng.integer(256), ...after.slice(1)],
      () => [...before, ...after.slice(length)],
      () => [...before, ...after.slice(0, length), ...after],
      () => [...before, ...noise, ...after],
      // A length, where one stands here, that passes every end.
      () => [...before, 0xff, 0xff, 0xff, 0xff, 0x07, ...after.slice(1)],
    ];
    damaged = kinds[rng.integer(kinds.length)]!();
  }
  return Uint8Array.from(damaged);
}
