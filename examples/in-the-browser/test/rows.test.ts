import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readCsv, writeCsv } from '../src/csv.js';
import { faultOf, guessColumns, readRows } from '../src/rows.js';
import { sampleRows } from '../src/sample.js';
import { zip } from '../src/zip.js';
import { unzip } from './support/unzip.js';

describe('readCsv', () => {
  test('reads quotes, line breaks within them, and what spreadsheets write', () => {
    const text = '\ufefftext,label\r\n"a ""b"", c",x\r\n"two\nlines",y\r\n\r\nlast,\r\nshort\r\n';
    expect(readCsv(text)).toEqual({
      columns: ['text', 'label'],
      rows: [
        ['a "b", c', 'x'],
        ['two\nlines', 'y'],
        ['last', ''],
        ['short', ''],
      ],
    });
  });

  test.each([
    ['a;b\n1,5;2', ['1,5', '2']],
    ['a\tb\n1\t', ['1', '']],
    ['a,b\n"open, 2', ['open, 2', '']],
    ['a,b\n"x"y,2', ['xy', '2']],
  ])('takes the separator from the first line, and what is odd as it is: %j', (text, row) => {
    expect(readCsv(text).rows).toEqual([row]);
  });

  test('names columns without a name, and knows an empty text', () => {
    expect(readCsv(',b\n1,2').columns).toEqual(['column 1', 'b']);
    expect(readCsv('')).toEqual({ columns: [], rows: [] });
  });

  test('reads what writeCsv wrote', () => {
    const sheet = {
      columns: ['text', 'label'],
      rows: sampleRows(50).map(({ text, label }) => [`${text}, "so"\n`, label]),
    };
    expect(readCsv(writeCsv(sheet))).toEqual(sheet);
  });
});

describe('rows', () => {
  test('come from columns found by name, or by what is in them', () => {
    expect(guessColumns({ columns: ['id', 'Label', 'Text'], rows: [] })).toEqual({
      text: 2,
      label: 1,
    });
    const rows = [
      ['1', 'x', 'a long text'],
      ['2', 'x', 'another one'],
    ];
    expect(guessColumns({ columns: ['a', 'b', 'c'], rows })).toEqual({ text: 2, label: 1 });
  });

  test('are left out where a cell is empty', () => {
    const sheet = readCsv('text,label\na,x\n ,x\nb,\nc,y\nd,x');
    const reading = readRows(sheet, 0, 1);
    expect(reading.rows.map((row) => row.text)).toEqual(['a', 'c', 'd']);
    expect(reading).toMatchObject({
      left: 2,
      labels: [
        ['x', 2],
        ['y', 1],
      ],
    });
  });

  test('that teach nothing are refused in words', () => {
    const fault = (labels: readonly string[]) =>
      faultOf(readRows({ columns: ['t', 'l'], rows: labels.map((label) => ['a', label]) }, 0, 1));
    const many = (count: number, label: string) => new Array<string>(count).fill(label);
    expect(fault([])).toContain('no row');
    expect(fault(many(30, 'x'))).toContain('at least two');
    expect(fault([...many(30, 'x'), 'y'])).toContain('“y” has one row');
    expect(fault([...many(5, 'x'), ...many(5, 'y')])).toContain('too few');
    expect(fault(Array.from({ length: 200 }, (_, i) => `l${i % 60}`))).toContain('60 labels');
    expect(fault([...many(15, 'x'), ...many(15, 'y')])).toBeUndefined();
  });
});

describe('the sample', () => {
  test('is the same each time, holds every label, and few wrong ones', () => {
    const rows = sampleRows(800);
    expect(rows).toEqual(sampleRows(800));
    expect(rows).not.toEqual(sampleRows(800, 1));
    const counts = rows.reduce(
      (all, { label }) => all.set(label, (all.get(label) ?? 0) + 1),
      new Map<string, number>(),
    );
    expect([...counts.keys()].sort()).toEqual(['account', 'broken', 'delivery', 'refund']);
    for (const count of counts.values()) expect(count).toBeGreaterThan(150);
    expect(new Set(rows.map((row) => row.text)).size).toBeGreaterThan(700);
  });
});

describe('zip', () => {
  test('keeps files and their sums', () => {
    const files = {
      'config.json': new TextEncoder().encode('{"a": "ünïcode"}'),
      'onnx/model.onnx': Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) % 251),
      empty: new Uint8Array(),
    };
    const found = unzip(zip(files));
    expect(found.map((entry) => entry.path)).toEqual(Object.keys(files));
    for (const { path, bytes, crc } of found) {
      expect(bytes).toEqual(files[path as keyof typeof files]);
      expect(crc).toBe(crc32(bytes));
    }
  });
});
