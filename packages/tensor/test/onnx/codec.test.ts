import { create, equals, isFieldSet } from '@bufbuild/protobuf';
import { test } from '@fast-check/vitest';
import { isLimbeckError, Rng } from '@limbeck/core';
import { describe, expect } from 'vitest';
import { decodeModel, encodeModel, type ModelInit } from '../../src/onnx/codec.js';
import { fromOnnx } from '../../src/onnx/from-onnx.js';
import { AttributeProtoSchema, ModelProtoSchema } from '../../src/onnx/gen/onnx_pb.js';
import { models } from './arbitrary-models.js';
import { oracle } from './oracle.js';
import { plain } from './plain.js';
import { INT64_MAX, INT64_MIN, mutate, sampleModel } from './sample-model.js';

const { ModelProto: Oracle } = oracle;
const sample = encodeModel(sampleModel);

describe('decodeModel and encodeModel', () => {
  test('give back every field', () => {
    const given = create(ModelProtoSchema, sampleModel);
    expect(equals(ModelProtoSchema, decodeModel(sample), given)).toBe(true);
  });

  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['model.onnx', 'String'],
    [new ArrayBuffer(8), 'ArrayBuffer'],
    [[8, 7], 'Array'],
  ])('refuse %s in place of bytes', (wrong, given) => {
    const expected = { code: 'invalid-data', given };
    expect(() => decodeModel(wrong as never)).toThrow(
      expect.objectContaining({ ...expected, where: 'decodeModel' }) as Error,
    );
    expect(() => fromOnnx(wrong as never)).toThrow(
      expect.objectContaining({ ...expected, where: 'fromOnnx' }) as Error,
    );
  });

  test('agree with bytes written by hand', () => {
    // Field 7 (graph) holds field 2 (name) "g"; field 8 (opset_import) holds field 2 (version) 21.
    const bytes = encodeModel({ graph: { name: 'g' }, opsetImport: [{ version: 21n }] });
    expect([...bytes]).toEqual([0x3a, 3, 0x12, 1, 0x67, 0x42, 2, 0x10, 21]);
  });

  test('keep INT64_MAX and INT64_MIN', () => {
    const attributes = decodeModel(sample).graph!.node[0]!.attribute;
    expect(attributes.find(({ name }) => name === 'end')!.i).toBe(INT64_MAX);
    expect(attributes.find(({ name }) => name === 'ends')!.ints).toEqual([
      INT64_MAX,
      INT64_MIN,
      -1n,
      0n,
      1n,
    ]);
  });

  test('write a zero that was set, which readers tell from one that was not', () => {
    const [alpha, axis, end] = decodeModel(sample).graph!.node[0]!.attribute;
    expect(isFieldSet(alpha!, AttributeProtoSchema.field.f)).toBe(true);
    expect(isFieldSet(axis!, AttributeProtoSchema.field.i)).toBe(true);
    expect(isFieldSet(end!, AttributeProtoSchema.field.f)).toBe(false);
  });

  test('keep what the schema does not name, at every level', () => {
    const bytes = nested(
      [7, [...nested([1, [...text(4, 'Add'), ...unknown]]), ...text(2, 'g'), ...unknown]],
      unknown,
    );
    expect([...encodeModel(decodeModel(bytes))]).toEqual([...bytes]);
  });

  test('keep an attribute type invented later', () => {
    const attribute = [...text(1, 'a'), 0xa0, 1, 99];
    const bytes = nested([7, nested([1, nested([5, attribute])])]);
    expect([...encodeModel(decodeModel(bytes))]).toEqual([...bytes]);
  });

  test('read a list of numbers packed or not', () => {
    const packed = nested([7, nested([1, nested([5, [0x42, 3, 1, 2, 3]])])]);
    const single = nested([7, nested([1, nested([5, [0x40, 1, 0x40, 2, 0x40, 3]])])]);
    for (const bytes of [packed, single]) {
      expect(decodeModel(bytes).graph!.node[0]!.attribute[0]!.ints).toEqual([1n, 2n, 3n]);
    }
  });
});

describe('a damaged file', () => {
  test('cut off anywhere is refused, or is a shorter model read from its own bytes alone', () => {
    let refused = 0;
    for (let length = 0; length < sample.length; length++) {
      // The bytes after the cut are still in the buffer: reading past the end would find them.
      const outcomes = [sample.subarray(0, length), sample.slice(0, length)].map(attempt);
      expect(outcomes[0]).toEqual(outcomes[1]);
      const [outcome] = outcomes;
      if (outcome === 'refused') refused++;
      else expect(outcome!.length).toBe(length);
    }
    expect(refused).toBeGreaterThan(sample.length - 20);
  });

  test('in 5,000 ways is refused or read: no other error, and what is read can be written and read again', () => {
    const rng = Rng.from(1).stream('mutations');
    let read = 0;
    for (let i = 0; i < 5000; i++) {
      const outcome = attempt(mutate(sample, rng));
      if (outcome === 'refused') continue;
      read++;
      expect(encodeModel(decodeModel(Uint8Array.from(outcome)))).toEqual(Uint8Array.from(outcome));
    }
    // Both outcomes are exercised.
    expect(read).toBeGreaterThan(200);
    expect(read).toBeLessThan(4800);
  });

  const graph = [0x3a, 0];
  test.each<[what: string, bytes: readonly number[], message: string]>([
    ['an empty file', [], '0 bytes without a graph'],
    ['a text file', utf8('version https://git-lfs'), 'wire type 6'],
    ['a length past the end', [0x3a, 100, 0], '100 bytes announced, 1 left'],
    [
      'a length past what holds it',
      [0x3a, 2, 0x12, 3, 0x67, 0x67, 0x67],
      '3 bytes announced, 0 left, at byte 4 in ModelProto.graph.name',
    ],
    ['a length of 2^35', [0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f], '34359738367 bytes announced'],
    ['a number of eleven bytes', [8, ...Array(10).fill(0x80), 1], 'more than 10 bytes'],
    ['a number cut off', [...graph, 8, 0x80], 'cut off'],
    ['a number where a message belongs', [0x38, 1], 'wire type 0 where 2 belongs'],
    ['bytes where a number belongs', [0x0a, 1, 1], 'wire type 2 where 0 belongs'],
    ['field number 0', [0x02, 0], "a tag that is no field's"],
    ['wire type 7', [0xff, 1], 'wire type 7'],
    [
      'a packed list of floats cut off',
      [...nested([7, nested([5, [0x22, 3, 0, 0, 0]])])],
      '4 bytes wanted, 3 left',
    ],
    ['text that is not UTF-8', [0x12, 1, 0xff], 'not UTF-8'],
    ['a group that never ends', [0xa3, 6], 'never ends'],
    ['a group that another ends', [0xa3, 6, 0xac, 6], 'the end of group 101 inside group 100'],
    ['the end of a group that never began', [0xa4, 6], 'wire type 4'],
    ['9,000 groups in each other', Array(9000).fill([0xa3, 6]).flat(), 'nested more than 100 deep'],
  ])('%s is corrupt-onnx', (_, bytes, message) => {
    expect(() => decodeModel(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'corrupt-onnx', message: expect.stringContaining(message) }),
    );
  });

  test('with subgraphs nested 9,000 deep is corrupt-onnx, not an exhausted stack', () => {
    expect(() => decodeModel(subgraphs(9000))).toThrow(
      expect.objectContaining({
        code: 'corrupt-onnx',
        message: expect.stringContaining('100 deep'),
      }),
    );
  });

  test('with subgraphs nested 30 deep is read', () => {
    expect(decodeModel(subgraphs(30)).graph!.node).toHaveLength(1);
  });
});

test('encodeModel refuses a value that does not fit its field', () => {
  const model: ModelInit = { graph: { initializer: [{ dims: [2n ** 63n] }] } };
  expect(() => encodeModel(model)).toThrow(
    expect.objectContaining({ code: 'invalid-data', where: 'encodeModel' }),
  );
});

describe('onnx-proto', () => {
  test.prop([models()])('reads what we write, and we read what it writes', (init) => {
    const ours = encodeModel(init);
    const theirs = Oracle.decode(ours);
    expect(
      Oracle.toObject(Oracle.decode(encodeModel(decodeModel(Oracle.encode(theirs).finish())))),
    ).toEqual(Oracle.toObject(theirs));
    expect(encodeModel(decodeModel(Oracle.encode(theirs).finish()))).toEqual(ours);
  });

  test('agrees on every value of a model', () => {
    const theirs = Oracle.toObject(Oracle.decode(sample), { longs: String });
    expect(plain(decodeModel(sample))).toEqual(plain(theirs));
  });
});

/** What comes of decoding: the bytes written again, or `refused` by the one error that may be thrown. */
function attempt(bytes: Uint8Array): readonly number[] | 'refused' {
  try {
    return [...encodeModel(decodeModel(bytes))];
  } catch (error) {
    if (!isLimbeckError(error, 'corrupt-onnx')) throw error;
    return 'refused';
  }
}

/** Fields 100 to 103, which no message has, one of each wire type, and a group with a field inside. */
const unknown: readonly number[] = [
  ...[0xa0, 6, 5],
  ...[0xa9, 6, 1, 2, 3, 4, 5, 6, 7, 8],
  ...[0xb2, 6, 2, 9, 9],
  ...[0xbd, 6, 1, 2, 3, 4],
  ...[0xc3, 6, 8, 1, 0xc4, 6],
];

/** Graphs in nodes of graphs, made from the innermost out. */
function subgraphs(levels: number): Uint8Array {
  const headers: number[][] = [];
  let size = 0;
  for (const number of [...Array.from({ length: levels }, () => [6, 5, 1]).flat(), 7]) {
    headers.push(header(number, size));
    size += headers.at(-1)!.length;
  }
  return Uint8Array.from(headers.reverse().flat());
}

function field(number: number, value: readonly number[]): number[] {
  return [...header(number, value.length), ...value];
}

/** The tag and the length that stand before a field's bytes. */
function header(number: number, size: number): number[] {
  const length: number[] = [];
  let rest = size;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
  return [(number << 3) | 2, ...length, rest];
}

const utf8 = (value: string): number[] => [...new TextEncoder().encode(value)];

function text(number: number, value: string): number[] {
  return field(number, utf8(value));
}

/** The bytes of one field after another: a number and bytes, or ready-made bytes. */
function nested(
  ...parts: readonly (readonly [number, ArrayLike<number>] | readonly number[])[]
): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part[1] === 'object' ? field(part[0], Array.from(part[1])) : [...(part as number[])],
    ),
  );
}
