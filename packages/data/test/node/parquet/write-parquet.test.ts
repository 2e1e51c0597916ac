import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { type ParquetSchema, parquetInfo, readParquet, writeParquet } from '@limbeck/data/node';
import { afterAll, describe, expect } from 'vitest';
import { collect } from '../../signals.js';
import { duckdb } from './duckdb.js';

const folder = mkdtempSync(join(tmpdir(), 'write-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => join(folder, `${files++}.parquet`);

const schema = {
  id: 'int64',
  text: 'string',
  logits: { list: 'float' },
  lists: { list: { list: 'int32' } },
  image: { struct: { bytes: 'bytes', path: 'string' } },
  when: 'timestamp',
  sure: 'boolean',
  more: 'json',
} as const satisfies ParquetSchema;

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values);
const int32 = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
const row = fc.record({
  id: maybe(fc.maxSafeInteger()),
  text: maybe(fc.string({ unit: 'grapheme' })),
  logits: maybe(fc.array(maybe(fc.float({ noDefaultInfinity: true, noNaN: true })))),
  lists: maybe(fc.array(maybe(fc.array(maybe(int32), { maxLength: 3 })), { maxLength: 4 })),
  image: maybe(
    fc.record({ bytes: maybe(fc.uint8Array()), path: maybe(fc.string({ unit: 'grapheme' })) }),
  ),
  when: maybe(fc.date({ noInvalidDate: true })),
  sure: maybe(fc.boolean()),
  more: maybe(fc.jsonValue().filter((value) => value !== null)),
});

describe('writeParquet', () => {
  test.prop(
    [
      fc.array(row, { maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom('snappy', 'gzip', 'none'),
    ],
    { numRuns: 60 },
  )('writes what is read again', async (rows, groupRows, compression) => {
    const path = fresh();
    expect(await writeParquet(path, rows, { schema, groupRows, compression })).toBe(rows.length);
    const read = await collect(readParquet(path));
    // JSON has no −0, and neither has `toStrictEqual` a word for what JSON.stringify drops.
    const plain = rows.map((each) => ({
      ...each,
      more: each.more === null ? null : (JSON.parse(JSON.stringify(each.more)) as unknown),
    }));
    expect(read).toEqual(plain);
  });

  test('writes lists and structs that DuckDB reads as such', async () => {
    const path = fresh();
    const rows = [
      { id: 1, xs: [0.5, null, 1], ls: [['a'], [], null], s: { a: 'x', b: true } },
      { id: 2, xs: [], ls: [], s: { a: null, b: false } },
      { id: 3, xs: null, ls: null, s: null },
    ];
    await writeParquet(path, rows, { compression: 'gzip' });
    const described = await duckdb(`DESCRIBE SELECT * FROM '${path}'`);
    const types = (described as { column_type: string }[]).map((each) => each.column_type);
    expect(types).toEqual(['BIGINT', 'DOUBLE[]', 'VARCHAR[][]', 'STRUCT(a VARCHAR, b BOOLEAN)']);
    expect(await duckdb(`SELECT id::INTEGER AS id, xs, ls, s FROM '${path}'`)).toEqual(rows);
  });

  test('streams groups of rows, and takes notes', async () => {
    const path = fresh();
    const many = async function* (): AsyncGenerator<{ id: number; text: string }> {
      for (let id = 0; id < 5000; id++) yield { id, text: `text ${id}` };
    };
    await writeParquet(path, many(), { groupRows: 1000, notes: { license: 'CC0' } });
    expect(await parquetInfo(path)).toEqual({
      rows: 5000,
      groups: 5,
      columns: [
        { name: 'id', type: 'int64' },
        { name: 'text', type: 'string' },
      ],
      notes: { license: 'CC0' },
    });
    expect(await duckdb(`SELECT sum(id)::INTEGER AS sum FROM '${path}'`)).toEqual([
      { sum: (5000 * 4999) / 2 },
    ]);
  });

  test.each([
    ['values of two types in a column', [{ a: 1 }, { a: 'x' }], {}, 'dtype-mismatch'],
    ['a text for a number', [{ a: 'x' }], { schema: { a: 'int32' } }, 'dtype-mismatch'],
    ['a number beyond int32', [{ a: 2 ** 40 }], { schema: { a: 'int32' } }, 'dtype-mismatch'],
    ['half a character', [{ a: '\ud800' }], {}, 'dtype-mismatch'],
    ['an invalid date', [{ a: new Date(Number.NaN) }], {}, 'dtype-mismatch'],
    [
      'a column that the schema has not',
      [{ a: 1, b: 2 }],
      { schema: { a: 'int32' } },
      'invalid-data',
    ],
    ['neither rows nor schema', [], {}, 'empty-data'],
    ['an unknown type', [], { schema: { a: 'money' } }, 'invalid-option'],
    ['an unknown compression', [{ a: 1 }], { compression: 'lzo' }, 'invalid-option'],
    ['a struct without fields', [], { schema: { a: { struct: {} } } }, 'invalid-option'],
  ] as const)('refuses %s, and leaves no file', async (_, rows, options, code) => {
    const path = fresh();
    await expect(writeParquet(path, rows, options as object)).rejects.toMatchObject({ code });
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
  });
});
