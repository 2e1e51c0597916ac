import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { type BadRecord, checkRecords } from '@limbeck/data';
import {
  describeRecords,
  readJson,
  readJsonl,
  readLabelledFolder,
  readRecords,
  writeJsonl,
  writeParquet,
  writeRecords,
} from '@limbeck/data/node';
import { afterAll, describe, expect } from 'vitest';
import { z } from 'zod';
import { requires } from '../../../../test-support/requires.js';
import { JsonElements } from '../../src/records/json-elements.js';
import { collect } from '../signals.js';

const folder = mkdtempSync(join(tmpdir(), 'records-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (ending: string): string => join(folder, `${files++}${ending}`);
const fileOf = (content: string | Uint8Array, ending: string): string => {
  const path = fresh(ending);
  writeFileSync(path, content);
  return path;
};

const mail = z.object({ body: z.string().min(1), kind: z.enum(['spam', 'ham']) });
const mails = [
  { body: 'Win!', kind: 'spam' },
  { body: 'Lunch?', kind: 'ham' },
];
const json = (row: unknown): string => JSON.stringify(row);

describe('readRecords', () => {
  test.each([
    ['.jsonl', mails.map(json).join('\n')],
    ['.ndjson', mails.map(json).join('\n')],
    ['.json', json(mails)],
    ['.json', mails.map(json).join('\n')],
    ['', ` \n${json(mails)}`],
    ['.csv', 'body,kind\nWin!,spam\nLunch?,ham\n'],
    ['.tsv', 'body\tkind\nWin!\tspam\nLunch?\tham\n'],
  ])('reads %s, gzipped or not', async (ending, text) => {
    expect(await collect(readRecords(fileOf(text, ending)))).toEqual(mails);
    if (ending === '') return;
    expect(await collect(readRecords(fileOf(gzipSync(text), `${ending}.gz`)))).toEqual(mails);
  });

  test.each(['.jsonl', '.csv', '.tsv', '.csv.gz', '.jsonl.gz', '.parquet'])(
    'reads what writeRecords wrote to %s',
    async (ending) => {
      const path = fresh(ending);
      expect(await writeRecords(path, mails)).toBe(2);
      expect(await collect(readRecords(path, { schema: mail }))).toEqual(mails);
    },
  );

  test('knows Parquet by its first bytes', async () => {
    const path = fresh('.bin');
    await writeParquet(path, mails);
    expect(await collect(readRecords(path))).toEqual(mails);
  });

  test.each([
    ['no bytes', '', '.csv', 'empty-data'],
    ['gzip of no bytes', gzipSync(''), '.json', 'empty-data'],
    ['bytes that say nothing', 'hello', '', 'invalid-option'],
    ['another format', 'x', '.csv', 'invalid-option'],
  ] as const)('refuses %s', async (what, content, ending, code) => {
    const options = what === 'another format' ? { format: 'xlsx' as 'csv' } : {};
    const read = collect(readRecords(fileOf(content, ending), options));
    await expect(read).rejects.toMatchObject({ code });
  });

  test('refuses a path where nothing is, and a name that says no format to write', async () => {
    await expect(collect(readRecords(join(folder, 'none.csv')))).rejects.toMatchObject({
      code: 'data-missing',
    });
    await expect(writeRecords(fresh('.xlsx'), mails)).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});

describe('schemas and dead letters', () => {
  const lines = [
    json({ body: 'Win!', kind: 'spam' }),
    '{"body": "half a li',
    json({ body: '', kind: 'sp am' }),
    json({ body: 'NaN is no JSON', score: 0 }).replace('0', 'NaN'),
    json({ body: 'x'.repeat(500), kind: 'ham' }),
    json({ body: 'Lunch?', kind: 'ham' }),
    '{"body":7,"kind":"ham"}',
  ];

  test('write what is bad with line and reason, go on, and tell the share', async () => {
    const path = fileOf(lines.join('\n'), '.jsonl');
    const deadLetter = fresh('.bad.jsonl');
    const reader = readRecords(path, { schema: mail, onBad: { deadLetter }, maxRecordBytes: 200 });
    expect(await collect(reader)).toEqual(mails);
    expect(reader.report()).toEqual({ read: 2, bad: 5, share: 5 / 7 });
    const letters = await collect(readJsonl<BadRecord>(deadLetter));
    expect(letters.map(({ file, line }) => [file, line])).toEqual(
      [2, 3, 4, 5, 7].map((l) => [path, l]),
    );
    expect(letters[0]).toMatchObject({
      raw: lines[1],
      reason: expect.stringMatching(/JSON/) as string,
    });
    expect(letters[1]!.reason).toMatch(/^body: .*; kind: /);
    expect(letters[3]!.reason).toBe('the line is longer than 200 bytes');
    expect(letters[4]!.reason).toMatch(/^body: /);
    // A second time, with nothing bad: the file does not keep what is no longer so.
    await collect(readJsonl(fileOf(lines[0]!, '.jsonl'), { onBad: { deadLetter } }));
    expect(readFileSync(deadLetter, 'utf8')).toBe('');
  });

  test('take schemas that answer later, and convert what they convert', async () => {
    const schema = z.object({ n: z.coerce.number() }).refine(async ({ n }) => {
      await Promise.resolve();
      return n !== 2;
    }, 'two is right out');
    const path = fileOf('n\n1\n2\n3\n', '.csv');
    const bad: BadRecord[] = [];
    const reader = readRecords(path, { schema, onBad: 'skip', onBadRecord: (b) => bad.push(b) });
    expect(await collect(reader)).toEqual([{ n: 1 }, { n: 3 }]);
    expect(bad).toEqual([{ file: path, line: 3, reason: 'two is right out', raw: '2' }]);
  });

  test('make the first bad record an error that says where it is and what to do', async () => {
    const path = fileOf(lines.join('\n'), '.jsonl');
    const read = collect(readRecords(path, { schema: mail }));
    await expect(read).rejects.toMatchObject({
      code: 'invalid-record',
      given: expect.stringContaining(`line 2 of ${path} (`) as string,
      next: expect.stringContaining("onBad: 'skip'") as string,
    });
  });

  test('never write to the file that is read, or where nothing can be written', async () => {
    const path = fileOf(lines[0]!, '.jsonl');
    const same = (): unknown => readJsonl(path, { onBad: { deadLetter: path } });
    expect(same).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    const nowhere = readJsonl(path, { onBad: { deadLetter: join(folder, 'no', 'where') } });
    await expect(collect(nowhere)).rejects.toMatchObject({ code: 'data-missing' });
  });

  test.skipIf(!existsSync('/dev/full'))('say when the disk is full', async () => {
    const path = fileOf(lines.join('\n'), '.jsonl');
    const reader = readJsonl(path, { onBad: { deadLetter: '/dev/full' } });
    await expect(collect(reader)).rejects.toMatchObject({ code: 'disk-full' });
  });

  test.prop([fc.array(fc.boolean(), { maxLength: 40 })])(
    'lose nothing: each record is read or bad',
    async (right) => {
      const path = fileOf(right.map((ok) => (ok ? '{"a":1}' : '{"a"')).join('\n'), '.jsonl');
      const bad: number[] = [];
      const reader = readJsonl(path, { onBad: 'skip', onBadRecord: ({ line }) => bad.push(line) });
      const rows = await collect(reader);
      expect(rows).toHaveLength(right.filter(Boolean).length);
      expect(bad).toEqual(right.flatMap((ok, i) => (ok ? [] : [i + 1])));
      expect(reader.report().share).toBe(right.length === 0 ? 0 : bad.length / right.length);
    },
  );
});

describe('columns', () => {
  const rows = [
    { text: 'a', stars: 1, tags: ['x'] },
    { text: 'b', stars: 'two', tags: [] },
    { text: 'c', tags: [] },
    { text: 'd', stars: 4, tags: null },
  ];

  test('keep what is asked for, and find missing columns and mixed types', async () => {
    const bad: string[] = [];
    const columns = { stars: 'number', tags: 'list?' } as const;
    const reader = checkRecords([...rows, 7], {
      columns,
      onBad: 'skip',
      onBadRecord: ({ line, reason }) => bad.push(`${line}: ${reason}`),
    });
    expect(await collect(reader)).toEqual([
      { stars: 1, tags: ['x'] },
      { stars: 4, tags: null },
    ]);
    expect(bad).toEqual([
      '2: stars is "two", of type string and not number',
      '3: no column "stars", only text, tags',
      '5: no object, so it has no columns',
    ]);
  });

  test('refuse NaN in numbers, no columns and unknown types', async () => {
    const read = collect(
      checkRecords([{ x: Number.NaN }], { columns: { x: 'number' }, name: 'mine' }),
    );
    await expect(read).rejects.toMatchObject({
      code: 'invalid-record',
      given: expect.stringContaining(
        'row 1 of mine (x is NaN, which is no finite number)',
      ) as string,
    });
    expect(() => checkRecords([], { columns: [] })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    const money = { x: 'money' } as unknown as { x: 'number' };
    expect(() => checkRecords([], { columns: money })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('readJson', () => {
  test.prop([
    fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 20 }),
    fc.integer({ min: 1, max: 7 }),
    fc.constantFrom(0, 2),
  ])(
    'finds the elements that JSON.parse finds, however the bytes come',
    async (values, size, indent) => {
      const bytes = Buffer.from(JSON.stringify(values, undefined, indent));
      const elements = new JsonElements(1e6);
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const each of elements.push(bytes.subarray(at, at + size))) {
          found.push(JSON.parse(Buffer.from(each.bytes).toString()));
        }
      }
      elements.end();
      expect(found).toEqual(JSON.parse(bytes.toString()));
      expect(await collect(readJson(fileOf(bytes, '.json')))).toEqual(found);
    },
  );

  test('leaves out elements that do not parse or are too long, with their lines', async () => {
    const path = fileOf(
      `[{"a":1},\n{oops: "],"},\n[1,\n2], ,\n"${'x'.repeat(200)}", 3 ]\n\n`,
      '.json',
    );
    const bad: BadRecord[] = [];
    const reader = readJson(path, {
      onBad: 'skip',
      onBadRecord: (b) => bad.push(b),
      maxRecordBytes: 50,
    });
    expect(await collect<unknown>(reader)).toEqual([{ a: 1 }, [1, 2], 3]);
    expect(bad.map(({ line }) => line)).toEqual([2, 4, 5]);
    expect(bad[0]!.raw).toBe('{oops: "],"}');
  });

  test.each(['[{"a":1}, {"b"', '[1, 2', '{"a":1}', '[1] 2', ' \n'])(
    'refuses %s as corrupt',
    async (text) => {
      await expect(collect(readJson(fileOf(text, '.json')))).rejects.toMatchObject({
        code: 'corrupt-file',
      });
    },
  );
});

describe('readLabelledFolder', () => {
  test('takes a folder a label, and files that are no text as bad records', async () => {
    const root = fresh('-texts');
    for (const label of ['ham', 'spam']) mkdirSync(join(root, label, 'deep'), { recursive: true });
    writeFileSync(join(root, 'ham', '1.txt'), 'Lunch?');
    writeFileSync(join(root, 'spam', 'deep', '1.txt'), 'Win!');
    writeFileSync(join(root, 'spam', '2.txt'), Buffer.from([0xff]));
    writeFileSync(join(root, 'none.txt'), 'No label');
    const bad: BadRecord[] = [];
    const reader = readRecords(root, { onBad: 'skip', onBadRecord: (b) => bad.push(b) });
    expect(await collect(reader)).toEqual([
      { text: 'Lunch?', label: 'ham', path: 'ham/1.txt' },
      { text: 'No label', label: null, path: 'none.txt' },
      { text: 'Win!', label: 'spam', path: 'spam/deep/1.txt' },
    ]);
    expect(bad).toMatchObject([{ file: `${root}/spam/2.txt`, reason: 'not UTF-8' }]);
    await expect(collect(readLabelledFolder(root))).rejects.toMatchObject({
      code: 'invalid-record',
    });
    const none = collect(readLabelledFolder(join(root, 'nowhere')));
    await expect(none).rejects.toMatchObject({ code: 'data-missing' });
  });
});

describe('describeRecords', () => {
  test('says what columns are for', async () => {
    const path = fresh('.jsonl');
    const rows = Array.from({ length: 100 }, (_, i) => ({
      id: i,
      body: `Dear reader ${i}, hello`,
      kind: i % 3 === 0 ? 'spam' : 'ham',
      score: i / 7,
      mixed: i % 2 === 0 ? 1 : 'one',
      tags: [i],
      gone: null,
    }));
    await writeJsonl(path, rows);
    const { columns, ...rest } = await describeRecords(path);
    expect(columns.map(({ name, guess }) => [name, guess])).toEqual([
      ['id', 'number'],
      ['body', 'text'],
      ['kind', 'category'],
      ['score', 'number'],
      ['mixed', 'mixed'],
      ['tags', 'list'],
      ['gone', 'empty'],
    ]);
    expect(columns[2]).toMatchObject({
      distinct: 2,
      empty: 0,
      values: [
        { value: 'ham', count: 66 },
        { value: 'spam', count: 34 },
      ],
    });
    expect(columns[6]).toMatchObject({ empty: 100, distinct: 0 });
    expect(rest).toMatchObject({ format: 'jsonl', sampled: 100, records: 100, badShare: 0 });
    expect(rest.first).toEqual(rows.slice(0, 5));
  });

  test('looks at a sample, counts what is bad, and numbers in texts are numbers', async () => {
    const text = `n,label\n${Array.from({ length: 50 }, (_, i) => `${i}.5,${i % 2}`).join('\n')}\nhalf\n`;
    const found = await describeRecords(fileOf(text, '.csv'), { sample: 20 });
    expect(found).toMatchObject({ sampled: 20, badShare: 0 });
    expect(found.records).toBeUndefined();
    expect(found.columns.map(({ guess }) => guess)).toEqual(['number', 'category']);
    const whole = await describeRecords(fileOf(text, '.csv'));
    expect(whole).toMatchObject({ records: 50, badShare: 1 / 51, bad: [{ line: 52 }] });
  });
});

describe('on real files', () => {
  test('reads every record of the sets that are at hand', async (context) => {
    const data = requires('data', context);
    const counts: { [path: string]: number } = {
      'text-classification/trec/train.jsonl.gz': 5452,
      'text-classification/banking77/train.jsonl.gz': 10_003,
      'text-classification/sst2/dev.jsonl.gz': 872,
      'qa/xquad/zh.jsonl.gz': 1190,
    };
    for (const [path, count] of Object.entries(counts)) {
      const reader = readRecords(join(data, path));
      for await (const row of reader) expect(typeof row).toBe('object');
      expect(reader.report()).toEqual({ read: count, bad: 0, share: 0 });
    }
  });
});
