import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import type { BadRecord } from '@limbeck/data';
import { readCsv, type ReadCsvOptions, writeCsv } from '@limbeck/data/node';
import { afterAll, describe, expect } from 'vitest';
import { CsvRecords } from '../../../src/node/csv/csv-records.js';
import golden from '../../golden/csv-cells.json' with { type: 'json' };
import { collect } from '../../signals.js';

const folder = mkdtempSync(join(tmpdir(), 'csv-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (ending = '.csv'): string => join(folder, `${files++}${ending}`);
const fileOf = (content: string | Uint8Array, ending?: string): string => {
  const path = fresh(ending);
  writeFileSync(path, content);
  return path;
};

/** What is read and what is bad, as `line: reason`. */
async function sorted(
  content: string | Uint8Array,
  options: ReadCsvOptions = {},
): Promise<{ rows: unknown[]; bad: string[]; raw: string[] }> {
  const bad: BadRecord[] = [];
  const onBadRecord = (record: BadRecord): void => void bad.push(record);
  const rows = await collect(readCsv(fileOf(content), { ...options, onBad: 'skip', onBadRecord }));
  return {
    rows,
    bad: bad.map(({ line, reason }) => `${line}: ${reason}`),
    raw: bad.map(({ raw }) => raw),
  };
}

describe('readCsv', () => {
  test.each(golden.cases)(
    'reads what Python wrote, $# of its cases',
    async ({ delimiter, text, header, rows }) => {
      const expected = rows.map((cells) =>
        Object.fromEntries(header.map((name, i) => [name, cells[i]])),
      );
      expect(await collect(readCsv(fileOf(text), { delimiter }))).toEqual(expected);
    },
  );

  test.prop([
    fc.array(
      fc.tuple(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'ü', 'x') }),
      ),
      { maxLength: 20 },
    ),
    fc.integer({ min: 1, max: 9 }),
  ])('reads the same however the bytes come, with the same line numbers', async (rows, size) => {
    const path = fresh();
    await writeCsv(
      path,
      rows.map(([a, b]) => ({ a, b })),
      { columns: ['a', 'b'] },
    );
    expect(await collect(readCsv(path))).toEqual(rows.map(([a, b]) => ({ a, b })));
    const bytes = readFileSync(path);
    const form = { delimiter: ',', quote: '"', maxRecordBytes: 1e6 };
    const [whole, pieces] = [new CsvRecords(form), new CsvRecords(form)];
    const expected = [...whole.push(bytes), ...(await whole.end())];
    const found: typeof expected = [];
    for (let at = 0; at < bytes.length; at += size) {
      found.push(...pieces.push(bytes.subarray(at, at + size)));
    }
    found.push(...(await pieces.end()));
    const plain = (records: typeof expected): unknown =>
      records.map(({ line, cells }) => [line, cells]);
    expect(plain(found)).toEqual(plain(expected));
    // Each record starts where the line ends before it say.
    const ends = expected.map(({ raw }) => raw());
    expect(ends.join('').replaceAll(/[\r\n]/g, '')).toBe(
      bytes.toString().replaceAll(/[\r\n]/g, ''),
    );
  });

  test('takes a byte order mark, any line end, empty lines and cells with line ends', async () => {
    const text = '\uFEFFa,b\r\n1,"x\r\ny"\n\n\r\n2,z\r3,"say ""hi"""';
    expect(await collect(readCsv(fileOf(text)))).toEqual([
      { a: '1', b: 'x\r\ny' },
      { a: '2', b: 'z' },
      { a: '3', b: 'say "hi"' },
    ]);
  });

  test('reads TSV by its ending, and gzip by its first bytes', async () => {
    const packed = gzipSync('a\tb\n1,5\tx\n');
    expect(await collect(readCsv(fileOf(packed, '.tsv.gz')))).toEqual([{ a: '1,5', b: 'x' }]);
    expect(await collect(readCsv(fileOf(packed, '.tsv')))).toEqual([{ a: '1,5', b: 'x' }]);
  });

  test('loses a stray quote its own line alone', async () => {
    const { rows, bad, raw } = await sorted(
      'a,b\n1,ok\n2,5" disk\n3,ok\n4,"open\n5,ok\n6,"shut" late\n7,ok\n8,"never shut\n9,ok\n',
    );
    expect(rows.map((row) => (row as { a: string }).a)).toEqual(['1', '3', '5', '7', '9']);
    expect(bad).toEqual([
      '3: a quote stands inside a cell that does not start with one',
      '5: text follows a closing quote',
      '7: text follows a closing quote',
      '9: a quote is never closed',
    ]);
    expect(raw).toEqual(['2,5" disk', '4,"open', '6,"shut" late', '8,"never shut']);
  });

  test('takes quotes for what they are if they mean nothing', async () => {
    const { rows, bad } = await sorted('a,b\n1,5" disk\n2,"open\n', { quote: false });
    expect(rows).toEqual([
      { a: '1', b: '5" disk' },
      { a: '2', b: '"open' },
    ]);
    expect(bad).toEqual([]);
  });

  test('counts cells, and finds the rows that two stray quotes would swallow', async () => {
    const { rows, bad } = await sorted('a,b\n1\n2,x,y\n3,ok\n4,"p,q\n5,ok\nr","s"\n6,ok');
    expect(rows.map((row) => (row as { a: string }).a)).toEqual(['3', '5', '6']);
    expect(bad.map((each) => each.split(':')[0])).toEqual(['2', '3', '5', '7']);
    expect(bad[0]).toBe('2: 1 cell where there should be 2');
  });

  test('names the byte that is no UTF-8, and reads latin-1 where that is said', async () => {
    const latin = Buffer.from('a,b\n1,caf\u00e9\n2,ok\n', 'latin1');
    const { rows, bad } = await sorted(latin);
    expect(rows).toEqual([{ a: '2', b: 'ok' }]);
    expect(bad).toEqual(['2: not UTF-8, at byte 9 of the file']);
    expect(await collect(readCsv(fileOf(latin), { encoding: 'latin1' }))).toEqual([
      { a: '1', b: 'café' },
      { a: '2', b: 'ok' },
    ]);
    const cutOff = Buffer.concat([Buffer.from('a,b\n1,x\n2,'), Buffer.from('ü').subarray(0, 1)]);
    expect((await sorted(cutOff)).bad).toEqual(['3: not UTF-8, at byte 10 of the file']);
    // U+FFFD itself is right.
    expect((await sorted('a,b\n1,\uFFFD\n')).bad).toEqual([]);
  });

  test.each([
    ['utf-16le', '\uFEFFa,b\r\n1,ü\r\n'],
    ['utf-16be', '\uFEFFa,b\r\n1,ü\r\n'],
  ] as const)('says that a file is %s, and reads it as such', async (encoding, text) => {
    const bytes = Buffer.from(text, 'utf16le');
    if (encoding === 'utf-16be') bytes.swap16();
    await expect(collect(readCsv(fileOf(bytes)))).rejects.toMatchObject({
      code: 'invalid-record',
      next: expect.stringContaining(encoding) as string,
    });
    expect(await collect(readCsv(fileOf(bytes), { encoding }))).toEqual([{ a: '1', b: 'ü' }]);
  });

  test('leaves out a record that is too long, quoted or not', async () => {
    const long = 'x'.repeat(300_000);
    const { rows, bad } = await sorted(`a,b\n1,${long}\n2,"${long}\n${long}"\n3,ok\n`, {
      maxRecordBytes: 1000,
    });
    expect(rows).toEqual([{ a: '3', b: 'ok' }]);
    expect(bad).toEqual([
      '2: the record is longer than 1000 bytes',
      '3: the record is longer than 1000 bytes',
    ]);
  });

  test('gives up a line that goes on for longer than any cell may, and finds the next one', async () => {
    const endless = Buffer.alloc(17 * 2 ** 20, 0x78);
    const content = Buffer.concat([Buffer.from('a,b\n1,"'), endless, Buffer.from('\n2,ok\n')]);
    const { rows, bad } = await sorted(content);
    expect(rows).toEqual([{ a: '2', b: 'ok' }]);
    expect(bad).toEqual(['2: a quote is not closed within 16777216 bytes, or a line is longer']);
  });

  test('converts cells by their types, and says what does not fit', async () => {
    const columns = { n: 'number', i: 'integer?', b: 'boolean', d: 'date', t: 'string' } as const;
    const text =
      'n,i,b,d,t,x\n-1.5e3,7,True,2020-01-02,007,-\n1,,0,2020-01-02,,-\nNaN,1,1,2020-01-02,t,-\n1,1.5,1,2020-01-02,t,-\n1,1,yes,2020-01-02,t,-\n,1,1,2020-01-02,t,-\n0x1F,1,1,2020-01-02,t,-\n';
    const { rows, bad } = await sorted(text, { columns });
    const d = new Date('2020-01-02');
    expect(rows).toEqual([
      { n: -1500, i: 7, b: true, d, t: '007' },
      { n: 1, i: null, b: false, d, t: '' },
    ]);
    expect(bad).toEqual([
      '4: n is "NaN", which is no number',
      '5: i is "1.5", of type number and not integer',
      '6: b is "yes", which is no boolean',
      '7: n is "", which is no number',
      '8: n is "0x1F", which is no number',
    ]);
  });

  test('takes names from the first line, or as they are given', async () => {
    expect(await collect(readCsv(fileOf('1,2\n3,4\n'), { header: ['a', 'b'] }))).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
    expect(await collect(readCsv(fileOf('a,b\n')))).toEqual([]);
  });

  test.each([
    [
      'cells too many',
      'a\n1,2\n',
      {},
      'invalid-record',
      /line 2 of .*2 cells where there should be 1/,
    ],
    ['two columns of one name', 'a,a\n1,2\n', {}, 'duplicate-name', /two columns named "a"/],
    ['a missing column', 'a,b\n1,2\n', { columns: ['label'] }, 'unknown-name', /one of "a", "b"/],
    ['a header with a stray quote', 'a"b,c\n1,2\n', {}, 'invalid-record', /its first line/],
    ['a column that is no column', '__proto__,b\n1,2\n', {}, 'invalid-record', /__proto__/],
    ['a delimiter of two characters', 'a\n', { delimiter: '||' }, 'invalid-option', /"\|\|"/],
    ['an unknown encoding', 'a\n', { encoding: 'ebcdic' }, 'invalid-option', /ebcdic/],
    ['a record length of none', 'a\n', { maxRecordBytes: 0 }, 'invalid-option', /maxRecordBytes 0/],
  ] as const)('refuses %s', async (_, text, options, code, message) => {
    const read = collect(readCsv(fileOf(text), options as ReadCsvOptions));
    await expect(read).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test('answers gzip that is cut off with corrupt-file, after the rows before', async () => {
    const text = `a,b\n${Array.from({ length: 50_000 }, (_, i) => `${i},${(i * 7919) % 10_007}`).join('\n')}\n`;
    const packed = gzipSync(text);
    const reader = readCsv(fileOf(packed.subarray(0, packed.length >> 1)));
    await expect(collect(reader)).rejects.toMatchObject({ code: 'corrupt-file' });
    expect(reader.report().read).toBeGreaterThan(1000);
  });
});

describe('writeCsv', () => {
  test('writes empty cells for nothing, and one column so that its empty rows stay', async () => {
    const path = fresh();
    await writeCsv(path, [{ a: null }, { a: '' }, { a: 'x' }]);
    expect(readFileSync(path, 'utf8')).toBe('a\n""\n""\nx\n');
    const other = fresh('.tsv.gz');
    const rows = [{ a: 1, b: true, c: new Date(0), d: 5n }];
    expect(await writeCsv(other, rows)).toBe(1);
    expect(await collect(readCsv(other))).toEqual([
      { a: '1', b: 'true', c: '1970-01-01T00:00:00.000Z', d: '5' },
    ]);
    const none = fresh();
    await writeCsv(none, [], { columns: ['a', 'b'] });
    expect(readFileSync(none, 'utf8')).toBe('a,b\n');
  });

  test.each([
    ['another column', [{ a: 1 }, { b: 2 }], 'invalid-data'],
    ['a list', [{ a: [1] }], 'invalid-data'],
    ['NaN', [{ a: Number.NaN }], 'non-finite-data'],
  ] as const)('refuses %s, and leaves no file', async (_, rows, code) => {
    const path = fresh();
    await expect(writeCsv(path, rows)).rejects.toMatchObject({ code });
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
  });
});
