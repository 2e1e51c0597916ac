import { hostTensor, type HostTensor, readSafetensors, writeSafetensors } from '@limbeck/core';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import golden from '../golden/safetensors.json' with { type: 'json' };
import { faultOf, mutant } from './mutants.js';

/** A file of a header and so many bytes of data. */
function file(header: string, data = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const refused = (given: unknown = expect.anything(), code = 'corrupt-file'): Error =>
  expect.objectContaining({ code, given }) as Error;

describe('readSafetensors', () => {
  test('reads what a writer in Python wrote, every element type', () => {
    const { tensors, metadata } = readSafetensors(Buffer.from(golden.file, 'base64'));
    expect(metadata).toEqual({ format: 'pt', note: 'by hand' });
    // Tensors without bytes may stand anywhere among those that begin where they do.
    expect(Object.keys(tensors).sort()).toEqual(golden.tensors.map(({ name }) => name).sort());
    const dtypes: { readonly [type: string]: string } = {
      ...{
        F64: 'float64',
        I64: 'int64',
        F32: 'float32',
        I32: 'int32',
        U32: 'uint32',
        F16: 'float32',
      },
      ...{ BF16: 'float32', I16: 'int32', U16: 'int32', U8: 'uint8', I8: 'int8', BOOL: 'bool' },
    };
    for (const { name, dtype, shape, values } of golden.tensors) {
      const found = tensors[name]!;
      expect(found.dtype).toBe(dtypes[dtype]);
      expect(found.shape).toEqual(shape);
      const expected = values.map((text) =>
        dtype === 'I64' ? BigInt(text) : Number(text.replace('inf', 'Infinity')),
      );
      expect(Array.from(found.data as Iterable<number | bigint>)).toEqual(expected);
    }
  });

  test('reads NaN, and every bfloat16 as the float32 that starts with it', () => {
    const bits = [0x7fc0, 0xff81, 0x0001, 0x8000];
    const bytes = file(`{"b":${entry('BF16', '[4]', '[0,8]')}}`, 8);
    bits.forEach((each, i) =>
      new DataView(bytes.buffer).setUint16(bytes.length - 8 + 2 * i, each, true),
    );
    const [nan, other, tiny, zero] = readSafetensors(bytes).tensors['b']!.data as Float32Array;
    expect([nan, other]).toEqual([Number.NaN, Number.NaN]);
    expect(tiny).toBe(2 ** -133);
    expect(Object.is(zero, -0)).toBe(true);
    const half = file(`{"h":${entry('F16', '[1]', '[0,2]')}}`, 2);
    half.set([0x01, 0x7c], half.length - 2);
    expect(readSafetensors(half).tensors['h']!.data[0]).toBeNaN();
  });

  test('takes spaces in the header, fields in any order, and names that objects know', () => {
    const header = `{ "__proto__" :\n{"data_offsets":[0, 4],"shape":[ ],"dtype":"F32"} }   `;
    const { tensors } = readSafetensors(file(header, 4));
    expect(Object.keys(tensors)).toEqual(['__proto__']);
    expect(({} as { dtype?: unknown }).dtype).toBeUndefined();
  });

  test('reads from the middle of a larger array', () => {
    const whole = writeSafetensors({ a: hostTensor('float32', [1], [3]) });
    const larger = new Uint8Array(whole.length + 10);
    larger.set(whole, 3);
    const { tensors } = readSafetensors(larger.subarray(3, 3 + whole.length));
    expect(tensors['a']!.data[0]).toBe(3);
  });

  test('a size of 0 makes any other harmless', () => {
    const shape = '[9007199254740991,9007199254740991,0]';
    const { tensors } = readSafetensors(file(`{"a":${entry('F64', shape, '[0,0]')}}`));
    expect(tensors['a']!.data).toHaveLength(0);
  });

  test.each([
    ['too short for a length', new Uint8Array(7), '7 bytes'],
    [
      'a header longer than the file',
      file('{}').fill(0xff, 0, 8),
      /^a header of 18446744073709551615/,
    ],
    ['no object', file('[]'), '"[]" at character 0 of the header'],
    ['an end in the middle', file('{"a":{"dtype":"F32",'), 'the end at character 20 of the header'],
    ['something behind', file('{}x'), '"x" at character 2 of the header'],
    ['a bad escape', file('{"\\q":{}}'), 'the text "\\"\\\\q\\""'],
    ['an unknown field', file('{"a":{"size":1}}'), 'the field "size" of a tensor'],
    ['a field twice', file('{"a":{"dtype":"F32","dtype":"F32"}}'), 'the field "dtype" of a tensor'],
    ['a missing field', file('{"a":{"dtype":"F32","shape":[]}}'), /^a tensor without dtype/],
    ['three offsets', file(`{"a":${entry('U8', '[0]', '[0,0,0]')}}`), /^a tensor without dtype/],
    ['metadata twice', file('{"__metadata__":{},"__metadata__":{}}'), 'metadata twice'],
    ['a key of metadata twice', file('{"__metadata__":{"a":"","a":""}}'), 'metadata "a" twice'],
    ['metadata that is no text', file('{"__metadata__":{"a":1}}'), /^"1}}"/],
    [
      'a tensor twice',
      file(`{"a":${entry('U8', '[0]', '[0,0]')},"a":${entry('U8', '[0]', '[0,0]')}}`),
      'two tensors named "a"',
    ],
    ['a negative size', file(`{"a":${entry('U8', '[-1]', '[0,0]')}}`), /^"-1\]/],
    ['a broken size', file(`{"a":${entry('U8', '[1.5]', '[0,1]')}}`, 1), /^"\.5\]/],
    ['an octal size', file(`{"a":${entry('U8', '[01]', '[0,1]')}}`, 1), /at character/],
    [
      'a size beyond 2^53',
      file(`{"a":${entry('U8', '[9007199254740992]', '[0,1]')}}`, 1),
      /at character/,
    ],
    ['deep nesting', file(`{"a":${'['.repeat(100_000)}`), /at character 5 of the header$/],
    [
      'data beyond the end',
      file(`{"a":${entry('U8', '[2]', '[0,2]')}}`, 1),
      /^"a" with 2 of 2 bytes/,
    ],
    [
      'an overlap',
      file(`{"a":${entry('U8', '[2]', '[0,2]')},"b":${entry('U8', '[2]', '[1,3]')}}`, 3),
      /^"b" from byte 1/,
    ],
    [
      'a gap',
      file(`{"a":${entry('U8', '[1]', '[0,1]')},"b":${entry('U8', '[1]', '[2,3]')}}`, 3),
      /^"b" from byte 2/,
    ],
    [
      'bytes of no tensor',
      file(`{"a":${entry('U8', '[1]', '[0,1]')}}`, 2),
      '2 bytes of data, 1 of tensors',
    ],
    [
      'an end before the start',
      file(`{"a":${entry('U8', '[1]', '[0,1]')},"b":${entry('U8', '[1]', '[1,0]')}}`, 1),
      /^"b" with -1 of 1 bytes/,
    ],
    [
      'fewer bytes than the shape',
      file(`{"a":${entry('F32', '[2]', '[0,4]')}}`, 4),
      /^"a" with 4 of 8 bytes for \[2\] F32$/,
    ],
    [
      'sizes whose product is beyond numbers',
      file(`{"a":${entry('F32', '[9007199254740991,9007199254740991]', '[0,4]')}}`, 4),
      /^"a" with 4 of/,
    ],
    [
      'a truth of 2',
      file(`{"a":${entry('BOOL', '[1]', '[0,1]')}}`, 1).fill(2, -1),
      /^a byte above 1 in "a"/,
    ],
    ['no UTF-8', file('{}').fill(0xff, 8), 'a header that is not UTF-8'],
  ] as const)('refuses %s', (_what, bytes, given) => {
    const text = given instanceof RegExp ? expect.stringMatching(given) : given;
    expect(() => readSafetensors(bytes)).toThrow(refused(text));
  });

  test('refuses element types that have no place here, and what are no bytes', () => {
    const other = file(`{"a":${entry('F8_E4M3', '[1]', '[0,1]')}}`, 1);
    expect(() => readSafetensors(other)).toThrow(
      refused('elements of type "F8_E4M3"', 'dtype-mismatch'),
    );
    expect(() => readSafetensors('text' as never)).toThrow(refused('string', 'invalid-data'));
  });

  test('meets 5,000 broken files with its own errors, and takes no more than they hold', () => {
    for (let seed = 0; seed < 5000; seed++) {
      expect(faultOf(mutant(seed)), `mutant ${seed}`).toBeUndefined();
    }
  });
});

describe('writeSafetensors', () => {
  const leaf = fc.oneof(
    fc
      .array(fc.float({ noNaN: true }), { maxLength: 6 })
      .map((list) => hostTensor('float32', [list.length], Float32Array.from(list))),
    fc.bigInt64Array({ maxLength: 6 }).map((data) => hostTensor('int64', [data.length, 1], data)),
    fc.uint8Array({ maxLength: 6 }).map((data) => hostTensor('uint8', [1, data.length], data)),
    fc.double().map((value) => hostTensor('float64', [], Float64Array.of(value))),
    fc.boolean().map((value) => hostTensor('bool', [1], [Number(value)])),
  );
  const named = fc
    .dictionary(fc.string(), leaf)
    .filter((all) => !Object.hasOwn(all, '__metadata__'));

  property.prop([named, fc.dictionary(fc.string(), fc.string())])(
    'what it writes is read back',
    (tensors, metadata) => {
      const bytes = writeSafetensors(tensors, { metadata });
      const found = readSafetensors(bytes);
      expect(new Map(Object.entries(found.tensors))).toEqual(new Map(Object.entries(tensors)));
      expect(new Map(Object.entries(found.metadata))).toEqual(new Map(Object.entries(metadata)));
      const turned = Object.fromEntries(Object.entries(tensors).reverse());
      expect(writeSafetensors(turned, { metadata })).toEqual(bytes);
    },
  );

  test('puts wide elements first and data at a multiple of 8, as the format’s own writer does', () => {
    const bytes = writeSafetensors({
      b: hostTensor('uint8', [1], [7]),
      10: hostTensor('float32', [1], [1]),
      a: hostTensor('float32', [1], [2]),
      c: hostTensor('int64', [1], [3]),
    });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    expect(header.trimEnd()).toBe(
      '{"c":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"10":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},' +
        '"a":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"b":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}}',
    );
  });

  test('writes the part of an array that a tensor is', () => {
    const tensor: HostTensor = {
      dtype: 'float32',
      shape: [2],
      data: Float32Array.of(1, 2, 3).subarray(1),
    };
    expect(
      Array.from(
        readSafetensors(writeSafetensors({ tensor })).tensors['tensor']!.data as Float32Array,
      ),
    ).toEqual([2, 3]);
  });

  test('refuses the name of metadata, and shapes that do not fit', () => {
    const tensor = hostTensor('float32', [1], [1]);
    expect(() => writeSafetensors({ __metadata__: tensor })).toThrow(
      refused('a tensor named "__metadata__"', 'invalid-data'),
    );
    expect(() => writeSafetensors({ a: { ...tensor, shape: [2] } })).toThrow(
      refused('1 elements for float32 [2]', 'shape-mismatch'),
    );
  });
});
