import { fc } from '@fast-check/vitest';
import type { ModelInit } from '../../src/onnx/codec.js';
import { INT64_MAX, INT64_MIN } from './sample-model.js';

/** Models with everything that both codecs know. */
export function models(): fc.Arbitrary<ModelInit> {
  const int64 = fc.bigInt({ min: INT64_MIN, max: INT64_MAX });
  const float = fc.float({ noNaN: true });
  const bytes = fc.uint8Array({ maxLength: 20 });
  const name = fc.string({ unit: 'grapheme', maxLength: 6 });
  const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 });
  const some = <T>(record: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(record, { requiredKeys: [] });
  const tensor = some({
    dims: list(int64),
    dataType: fc.integer({ min: 0, max: 30 }),
    floatData: list(float),
    int32Data: list(fc.integer()),
    stringData: list(bytes),
    int64Data: list(int64),
    name,
    rawData: bytes,
    doubleData: list(fc.double({ noNaN: true })),
    uint64Data: list(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    externalData: list(some({ key: name, value: name })),
    dataLocation: fc.constantFrom(0, 1),
  });
  const dimension = fc.oneof(
    fc.record({ case: fc.constant('dimValue' as const), value: int64 }),
    fc.record({ case: fc.constant('dimParam' as const), value: name }),
  );
  const valueInfo = some({
    name,
    type: some({
      value: fc.record({
        case: fc.constant('tensorType' as const),
        value: some({
          elemType: fc.nat(30),
          shape: some({ dim: list(some({ value: dimension })) }),
        }),
      }),
    }),
    docString: name,
  });
  const attribute = some({
    name,
    f: float,
    i: int64,
    s: bytes,
    t: tensor,
    floats: list(float),
    ints: list(int64),
    strings: list(bytes),
    tensors: list(tensor),
    type: fc.integer({ min: 0, max: 14 }),
    refAttrName: name,
  });
  const node = some({
    input: list(name),
    output: list(name),
    name,
    opType: name,
    attribute: list(attribute),
    domain: name,
  });
  return fc.record(
    {
      irVersion: int64,
      producerName: name,
      modelVersion: int64,
      docString: name,
      graph: some({
        node: list(node),
        name,
        initializer: list(tensor),
        input: list(valueInfo),
        output: list(valueInfo),
        valueInfo: list(valueInfo),
      }),
      opsetImport: list(some({ domain: name, version: int64 })),
      metadataProps: list(some({ key: name, value: name })),
    },
    { requiredKeys: ['graph'] },
  );
}
