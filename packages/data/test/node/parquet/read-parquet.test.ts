import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetInfo, readParquet, readRecords, writeParquet } from '@limbeck/data/node';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, describe, expect, test } from 'vitest';
import { collect } from '../../signals.js';
import { duckdb, everything } from './duckdb.js';

const folder = mkdtempSync(join(tmpdir(), 'parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Values as DuckDB's JSON has them. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The rows of `everything` as DuckDB itself says they are. */
async function expectedRows(rows: number): Promise<unknown[]> {
  const sql = everything.replace('ROWS', String(rows));
  return duckdb(
    `SELECT * REPLACE (decode(blob) AS blob, epoch_ms(day) AS day, epoch_ms(moment) AS moment,
       price::DOUBLE AS price, single::DOUBLE AS single) FROM (${sql})`,
  );
}

/** DuckDB's JSON has 64-bit integers as texts, and maps as lists of entries. */
function asJson(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row), (key, value: unknown) => {
    if (typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
    if (key !== 'map' || !Array.isArray(value)) return value;
    return Object.fromEntries(
      (value as { key: string; value: unknown }[]).map((entry) => [entry.key, entry.value]),
    );
  }) as unknown;
}

describe('readParquet', () => {
  test.each([
    ['snappy', ''],
    ['zstd', ', ROW_GROUP_SIZE 2048'],
    ['gzip', ''],
    ['lz4_raw', ''],
    ['brotli', ''],
    ['uncompressed', ', ROW_GROUP_SIZE 2048'],
    ['zstd', ', PARQUET_VERSION v2'],
  ])(
    'reads what DuckDB wrote with %s%s as DuckDB reads it',
    async (codec, more) => {
      const path = join(folder, `${codec}-${more.length}.parquet`);
      const rows = 3000;
      const sql = everything.replace('ROWS', String(rows));
      await duckdb(`COPY (${sql}) TO '${path}' (FORMAT parquet, CODEC '${codec}'${more})`);
      const expected = (await expectedRows(rows)).map(asJson);
      const found = (await collect(readParquet(path))).map((row) => asJson(plain(row)));
      expect(found.length).toBe(rows);
      expect(found.slice(0, 30)).toEqual(expected.slice(0, 30));
      expect(found).toEqual(expected);
      expect((await parquetInfo(path)).rows).toBe(rows);
    },
    30_000,
  );

  test('reads only the columns that are asked for, and says which there are', async () => {
    const path = join(folder, 'columns.parquet');
    await writeParquet(path, [{ a: 1, b: 'x', c: [1] }]);
    expect(await collect(readParquet(path, { columns: ['c', 'a'] }))).toEqual([{ c: [1], a: 1 }]);
    await expect(collect(readParquet(path, { columns: ['d'] }))).rejects.toMatchObject({
      code: 'unknown-name',
      expected: expect.stringContaining('"a", "b", "c"') as string,
    });
  });

  test('lets whole numbers of 64 bits be numbers where they are exact, or bigints', async () => {
    const path = join(folder, 'int64.parquet');
    await writeParquet(path, [{ n: 5n }, { n: 2n ** 53n }, { n: null }], {
      schema: { n: 'int64' },
    });
    expect(await collect(readParquet(path, { int64: 'bigint' }))).toEqual([
      { n: 5n },
      { n: 2n ** 53n },
      { n: null },
    ]);
    const reader = readParquet(path, { onBad: 'skip' });
    expect(await collect(reader)).toEqual([{ n: 5 }, { n: null }]);
    expect(reader.report()).toEqual({ read: 2, bad: 1, share: 1 / 3 });
    await expect(collect(readParquet(path))).rejects.toMatchObject({
      code: 'invalid-record',
      given: expect.stringContaining(`row 2 of ${path} (n: 9007199254740992 is beyond`) as string,
    });
  });

  test('counts a text that is not UTF-8 as a bad record, also deep in a list', async () => {
    const path = join(folder, 'utf8.parquet');
    const wrong = new Uint8Array([0x61, 0xff]);
    await writeParquet(path, [{ t: [new Uint8Array([0x61])] }, { t: [wrong] }], {
      schema: { t: { list: 'bytes' } },
      compression: 'none',
    });
    // The same bytes, under the name of a text: the converted type of the element is field 6 of its schema.
    const asText = join(folder, 'utf8-text.parquet');
    await writeParquet(asText, [{ t: ['a'] }, { t: ['aü'] }], {
      schema: { t: { list: 'string' } },
      compression: 'none',
    });
    const bytes = readFileSync(asText);
    const at = bytes.indexOf(Buffer.from('aü'));
    for (let i = at; i >= 0; i = bytes.indexOf(Buffer.from('aü'), i + 1)) bytes[i + 1] = 0xff;
    writeFileSync(asText, bytes);
    const reader = readParquet(asText, { onBad: 'skip' });
    expect(await collect(reader)).toEqual([{ t: ['a'] }]);
    expect(reader.report().bad).toBe(1);
    expect(await collect(readParquet(path))).toHaveLength(2);
  });

  test('leaves out a row that is too large', async () => {
    const path = join(folder, 'large.parquet');
    await writeParquet(path, [{ t: 'short' }, { t: 'x'.repeat(5000) }, { t: 'also' }]);
    const bad: string[] = [];
    const reader = readParquet(path, {
      onBad: 'skip',
      maxRecordBytes: 1000,
      onBadRecord: ({ line, reason }) => bad.push(`${line}: ${reason}`),
    });
    expect(await collect(reader)).toEqual([{ t: 'short' }, { t: 'also' }]);
    expect(bad).toEqual(['2: the record is longer than 1000 bytes']);
  });

  test('reads a gzipped file, and lets go of the copy', async () => {
    const path = join(folder, 'packed.parquet');
    await writeParquet(path, [{ a: 1 }]);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    expect(await collect(readRecords(`${path}.gz`))).toEqual([{ a: 1 }]);
  });

  test('agrees with hyparquet on what this package wrote', async () => {
    const path = join(folder, 'ours.parquet');
    const rows = Array.from({ length: 500 }, (_, id) => ({ id, name: `n${id % 9}`, xs: [id, 1] }));
    await writeParquet(path, rows, {
      schema: { id: 'int32', name: 'string', xs: { list: 'double' } },
      groupRows: 200,
    });
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    expect(await parquetReadObjects({ file, compressors })).toEqual(rows);
    expect(await collect(readParquet(path))).toEqual(rows);
  });

  test.each([
    ['a folder', () => folder, 'io-failed'],
    ['no file', () => join(folder, 'none'), 'data-missing'],
  ])('answers %s by its code', async (_, path, code) => {
    await expect(collect(readParquet(path()))).rejects.toMatchObject({ code });
  });

  test('refuses every truncation as corrupt-file', async () => {
    const path = join(folder, 'whole.parquet');
    await writeParquet(path, [{ a: 'some text', b: [1, 2] }]);
    const whole = readFileSync(path);
    const cut = join(folder, 'cut.parquet');
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(cut, whole.subarray(0, length));
      await expect(collect(readParquet(cut))).rejects.toMatchObject({ code: 'corrupt-file' });
    }
  });
});
