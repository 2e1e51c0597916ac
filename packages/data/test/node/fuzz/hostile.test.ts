import { describe, expect, test } from 'vitest';
import { parseFooter } from '../../../src/node/parquet/footer.js';
import { parsePageHeader } from '../../../src/node/parquet/page-header.js';
import { readPlainValues, readValues } from '../../../src/node/parquet/page-values.js';
import { readRuns } from '../../../src/node/parquet/runs.js';
import { schemaTree } from '../../../src/node/parquet/schema-tree.js';
import { ThriftReader } from '../../../src/node/parquet/thrift.js';
import { Unpacker } from '../../../src/node/parquet/unpack.js';
import { mostZstdBytes } from '../../../src/node/parquet/zstd-bound.js';

/** How many bytes of arrays come to be while it runs, and stay; it has to throw. */
function refused(run: () => unknown): { readonly message: string; readonly bytes: number } {
  const before = process.memoryUsage();
  try {
    run();
  } catch (error) {
    const after = process.memoryUsage();
    const bytes =
      after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed);
    return { message: (error as Error).message, bytes };
  }
  throw new Error('it was not refused');
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const largest = [0xff, 0xff, 0xff, 0xff, 0x07];
const int = { type: 'INT32', repetition_type: 'REQUIRED' } as const;

describe('a Parquet file that lies', () => {
  test.each([
    [
      'of how many items a list has',
      bytes(0x29, 0xfc, ...largest, 0, 0),
      /a list of 2147483647 items/,
    ],
    ['of how long a name is', bytes(0x29, 0x1c, 0x48, ...largest), /bytes where 0 are left/],
    [
      'by a number without an end',
      bytes(0x36, ...Array.from({ length: 50 }, () => 0x80)),
      /ten bytes/,
    ],
    [
      'by structs within structs',
      bytes(...Array.from({ length: 99 }, () => 0x1c)),
      /nested too deeply/,
    ],
    [
      'by lists within lists',
      bytes(0x19, ...Array.from({ length: 99 }, () => 0x19)),
      /nested too deeply/,
    ],
    ['by a type of field that there is none of', bytes(0x1d, 0), /unknown type 13/],
    [
      'by a type of column that there is none of',
      bytes(0x29, 0x1c, 0x15, 0x20, 0x38, 1, 0x61, 0, 0),
      /unknown type, 16/,
    ],
    ['of how many rows it has', bytes(0x36, 10, 0x19, 0x0c, 0), /5 rows in all, but 0/],
  ])('%s', (_, footer, message) => {
    const { message: said, bytes: taken } = refused(() => parseFooter(footer, 1000));
    expect(said).toMatch(message);
    expect(taken).toBeLessThan(2 ** 20);
  });

  test.each([
    ['of columns that it has not', [{ name: 'r', num_children: 2 ** 30 }], /columns of 0/],
    ['of columns below zero', [{ name: 'r', num_children: -1 }], /-1 columns/],
    [
      'of columns that are left over',
      [
        { name: 'r', num_children: 1 },
        { name: 'a', ...int },
        { name: 'b', ...int },
      ],
      /belong to no column/,
    ],
    [
      'of two columns of one name',
      [
        { name: 'r', num_children: 2 },
        { name: 'a', ...int },
        { name: 'a', ...int },
      ],
      /twice/,
    ],
    [
      'of a column that is no column',
      [
        { name: 'r', num_children: 1 },
        { name: '__proto__', ...int },
      ],
      /__proto__/,
    ],
    [
      'of values of a gigabyte',
      [
        { name: 'r', num_children: 1 },
        { name: 'a', ...int, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2 ** 30 },
      ],
      /bytes a value/,
    ],
    [
      'of a type',
      [
        { name: 'r', num_children: 1 },
        { name: 'a', repetition_type: 'REQUIRED' },
      ],
      /without a type/,
    ],
    [
      'of depth',
      [
        { name: 'r', num_children: 1 },
        ...Array.from(
          { length: 20_000 },
          () => ({ name: 'a', num_children: 1, repetition_type: 'OPTIONAL' }) as const,
        ),
      ],
      /nested deeper/,
    ],
  ] as const)('%s', (_, elements, message) => {
    const { message: said, bytes: taken } = refused(() => schemaTree(elements));
    expect(said).toMatch(message);
    expect(taken).toBeLessThan(4 * 2 ** 20);
  });

  test.each([
    [
      'of a run of two thousand millions',
      () => readRuns(bytes(0xfe, ...largest.slice(1, 4), 0x0f, 1), 0, 6, 8, 100),
      /a run of/,
    ],
    [
      'of packed numbers that are not there',
      () => readRuns(bytes(0xff, 0xff, 0x03), 0, 3, 8, 1e6),
      /ends too early/,
    ],
    ['of runs that end', () => readRuns(bytes(0x04, 1), 0, 2, 8, 100), /ends too early/],
    ['of the width of its numbers', () => readRuns(bytes(0x04, 1), 0, 2, 255, 2), /255 bits/],
    [
      'of how many numbers there are',
      () => readPlainValues(new Uint8Array(100), 0, 'INT64', undefined, 1e6),
      /1000000 values/,
    ],
    [
      'of how long a text is',
      () => readPlainValues(bytes(0xff, 0xff, 0xff, 0x7f, 0x61), 0, 'BYTE_ARRAY', undefined, 1),
      /behind its page/,
    ],
    [
      'of blocks of differences',
      () =>
        readValues(
          bytes(...largest, ...largest, 2, 0),
          0,
          'DELTA_BINARY_PACKED',
          'INT32',
          undefined,
          1,
        ),
      /differences/,
    ],
    [
      'of blocks cut to nothing',
      () => readValues(bytes(0x80, 1, 0, 9, 0), 0, 'DELTA_BINARY_PACKED', 'INT64', undefined, 9),
      /differences/,
    ],
    [
      'of how much values share',
      () => readValues(frontCoded(1_000_000), 0, 'DELTA_BYTE_ARRAY', 'BYTE_ARRAY', undefined, 1),
      /shares more/,
    ],
    [
      'of split bytes',
      () => readValues(new Uint8Array(16), 0, 'BYTE_STREAM_SPLIT', 'FLOAT', undefined, 1e6),
      /1000000 values/,
    ],
    [
      'of an encoding',
      () => readValues(new Uint8Array(16), 0, 'BIT_PACKED', 'INT32', undefined, 1),
      /not read here/,
    ],
    [
      'of the size of a page, snappy',
      () => new Unpacker().unpack('SNAPPY', bytes(0xff, 0x01, 0), 2 ** 27),
      /hold at most 66/,
    ],
    [
      'of the size of a page, gzip',
      () => new Unpacker().unpack('GZIP', bytes(31, 139, 8), 2 ** 27),
      /hold at most/,
    ],
    [
      'of the size of a page, Zstandard',
      () => new Unpacker().unpack('ZSTD', bytes(0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 1, 0, 0), 2 ** 27),
      /hold at most 0/,
    ],
    [
      'of the size of a page that is not packed',
      () => new Unpacker().unpack('UNCOMPRESSED', bytes(1), 2 ** 27),
      /should be/,
    ],
    [
      'of levels in a page',
      () =>
        parsePageHeader(
          bytes(
            0x15,
            6,
            0x15,
            8,
            0x15,
            8,
            0x5c,
            0x15,
            20,
            0x15,
            0,
            0x15,
            20,
            0x15,
            0,
            0x15,
            99,
            0x15,
            99,
            0,
            0,
          ),
        ),
      /do not fit/,
    ],
    [
      'of values below zero',
      () => parsePageHeader(bytes(0x15, 0, 0x15, 8, 0x15, 8, 0x2c, 0x15, 1, 0x15, 0, 0, 0)),
      /what is in it/,
    ],
  ])('%s', (_, run, message) => {
    const { message: said, bytes: taken } = refused(run);
    expect(said).toMatch(message);
    expect(taken).toBeLessThan(2 ** 20);
  });

  test.each([
    ['a block that is not there', [1, 0, 0x10]],
    ['a block larger than any', [3, 0, 0xff, 0]],
    ['a kind of block that there is none of', [7, 0, 0]],
    [
      'more literals and copies than a block holds',
      [0x4d, 0, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0],
    ],
  ])('by %s of Zstandard', (_, block) => {
    const frame = bytes(0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, ...block);
    expect(() => mostZstdBytes(frame)).toThrow(/damaged/);
  });

  test('by a thousand blocks of eight bytes that each copy a hundred megabytes', async () => {
    // No literals; 2,000 sequences, each by the longest code for a copy and no bits: 65,539 bytes.
    const block = [0, 0x87, 0xd0, 0x54, 0, 0, 52, 1];
    const head = (last: number): number[] => [(block.length << 3) | (2 << 1) | last, 0, 0];
    const blocks = Array.from({ length: 1000 }, (_, i) => [...head(i === 999 ? 1 : 0), ...block]);
    // A single segment, its size in four bytes.
    const frame = bytes(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0x40, 0x0d, 0x03, 0, ...blocks.flat());
    const unpacker = new Unpacker();
    await unpacker.prepare('ZSTD');
    expect(() => unpacker.unpack('ZSTD', frame, 200_000)).toThrow();
  });

  test('but a large number is read, and what nobody asks for is stepped over', () => {
    const large = [0x16, ...Array.from({ length: 7 }, () => 0x80), 0x08];
    const reader = new ThriftReader(bytes(...large, 0x17, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 4, 0));
    const found: number[] = [];
    reader.struct({ 1: () => found.push(reader.number()), 3: () => found.push(reader.number()) });
    expect(found).toEqual([2 ** 51, 2]);
  });
});

/** One value that claims to share bytes with one before it: two blocks of one difference, then its own bytes. */
function frontCoded(shared: number): Uint8Array {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  const block = (first: number): number[] => [0x80, 1, 4, 1, ...varint(2 * first)];
  return bytes(...block(shared), ...block(1), 0x61);
}
