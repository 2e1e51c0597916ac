import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { labelCollator, streamedBatches } from '@limbeck/data';
import {
  type Condition,
  openTable,
  type OpenTableOptions,
  type Table,
  writeJsonl,
} from '@limbeck/data/node';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

interface Mail {
  readonly id: number;
  readonly kind: string | null;
  readonly size: number;
  readonly body: string;
}

const mails: readonly Mail[] = Array.from({ length: 60 }, (_, id) => ({
  id,
  kind: id % 5 === 4 ? null : id % 3 === 0 ? 'spam' : 'ham',
  size: (id * 37) % 100,
  body: `mail ${id}, "quoted" 'so', with %, _ and ünïcode`,
}));

let folder: string;
let opened: { dispose(): Promise<void> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-table-'));
  await writeJsonl(file('mails.jsonl'), mails);
});
afterEach(async () => {
  for (const table of opened) await table.dispose();
  opened = [];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = (name: string): string => path.join(folder, name);

async function open<Row extends object>(names: string | string[], options?: OpenTableOptions) {
  const table = await openTable<Row>(
    typeof names === 'string' ? file(names) : names.map(file),
    options,
  );
  opened.push(table);
  return table;
}

async function all<Row extends object>(table: Table<Row>, from = 0): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of table.rows({ from })) rows.push(row);
  return rows;
}

describe('openTable', () => {
  test('reads JSONL, CSV and Parquet, gzipped or not, in order', async () => {
    const csv = `id,kind\n${mails.map(({ id, kind }) => `${id},"${kind ?? ''}"`).join('\n')}\n`;
    await writeFile(file('mails.csv'), csv);
    await writeFile(file('mails.csv.gz'), gzipSync(csv));
    await writeJsonl(file('more.jsonl.gz'), mails);
    const table = await open<Mail>('mails.jsonl');
    expect(table.columns).toEqual(['id', 'kind', 'size', 'body']);
    expect(await all(table)).toEqual(mails);
    await table.write(file('mails.parquet'));
    expect(await all(await open<Mail>('mails.parquet'))).toEqual(mails);
    expect(await all(await open<Mail>('more.jsonl.gz'))).toEqual(mails);
    for (const name of ['mails.csv', 'mails.csv.gz']) {
      const ids = (await all(await open<Mail>(name))).map((row) => row.id);
      expect(ids).toEqual(mails.map((row) => row.id));
    }
    const twice = await all(await open<Mail>(['mails.parquet', 'mails.parquet']));
    expect(twice).toEqual([...mails, ...mails]);
  });

  test('gives bigints beyond 2^53, dates, lists, structures and bytes', async () => {
    await writeFile(
      file('types.json'),
      '[{"big": 9007199254740993, "day": "2026-11-30", "list": [1, [2]], "of": {"a": "b"}, "half": 0.5}]',
    );
    await writeFile(file('types.csv'), 'at\n2026-11-30 08:00:00\n');
    const [row] = await all(await open('types.json'));
    expect(row).toMatchObject({ big: 9007199254740993n, of: { a: 'b' }, half: 0.5 });
    expect(row).toMatchObject({ day: new Date('2026-11-30') });
    expect(await all(await open('types.csv'))).toEqual([{ at: new Date('2026-11-30T08:00:00Z') }]);
  });

  test('takes a name for a name, whatever is in it', async () => {
    const names = ['a*.jsonl', 'a[b].jsonl', "it's; drop.jsonl", 'https:.jsonl'];
    await writeJsonl(file('axx.jsonl'), [{ wrong: 1 }]);
    await writeJsonl(file('ab.jsonl'), [{ wrong: 1 }]);
    for (const name of names) {
      await writeJsonl(file(name), [{ right: name }]);
      expect(await all(await open(name))).toEqual([{ right: name }]);
    }
  });

  test('refuses what is not there, damaged, of no kind or of two', async () => {
    await expect(open('nowhere.parquet')).rejects.toThrow(code('data-missing'));
    await expect(open('mails.txt')).rejects.toThrow(code('invalid-option'));
    await expect(open(['mails.jsonl', 'mails.parquet'])).rejects.toThrow(code('invalid-option'));
    await expect(open([])).rejects.toThrow(code('empty-data'));
    await expect(open('mails.jsonl', { memoryMb: 0 })).rejects.toThrow(code('invalid-option'));
    await writeFile(file('no.parquet'), 'PAR1 but not for long');
    await expect(open('no.parquet')).rejects.toThrow(code('corrupt-file'));
    const table = await open<Mail>('mails.jsonl');
    await table.write(file('cut.parquet'));
    await truncate(file('cut.parquet'), 1000);
    await expect(open('cut.parquet')).rejects.toThrow(code('corrupt-file'));
    await writeFile(file('bad.jsonl'), '{"a": 1}\n{"a": x}\n');
    const read = async () => all(await open('bad.jsonl'));
    await expect(read()).rejects.toThrow(code('corrupt-file'));
  });

  test('lets go of its folder, and of everything', async () => {
    const spill = await mkdtemp(path.join(folder, 'spill-'));
    const table = await open<Mail>('mails.jsonl', { spillFolder: spill });
    const reading = table.rows();
    await reading.next();
    await reading.return(undefined);
    await table.dispose();
    await table.dispose();
    expect(await readdir(spill)).toEqual([]);
    await expect(table.count()).rejects.toThrow(code('disposed'));
    await expect(all(table.filter(['id', '=', 1]))).rejects.toThrow(code('disposed'));
  });
});

describe('filter', () => {
  const expected = (test: (mail: Mail) => boolean) => mails.filter(test).map((mail) => mail.id);

  test('means what the same words mean in JavaScript, null included', async () => {
    const table = await open<Mail>('mails.jsonl');
    const ids = async (...conditions: readonly Condition[]) =>
      (await all(table.filter(...conditions))).map((mail) => mail.id);
    expect(await ids(['kind', '=', 'spam'])).toEqual(expected((mail) => mail.kind === 'spam'));
    expect(await ids(['kind', '!=', 'spam'])).toEqual(expected((mail) => mail.kind !== 'spam'));
    expect(await ids(['kind', '=', null])).toEqual(expected((mail) => mail.kind === null));
    expect(await ids({ not: ['kind', '<', 'i'] })).toEqual(
      expected((mail) => !(mail.kind !== null && mail.kind < 'i')),
    );
    expect(await ids(['size', '>=', 50], ['size', '<', 60.5])).toEqual(
      expected((mail) => mail.size >= 50 && mail.size < 60.5),
    );
    expect(await ids({ or: [['id', '<=', 3], { and: [['id', '>', 57]] }] })).toEqual([
      0, 1, 2, 3, 58, 59,
    ]);
    expect(await ids(['kind', 'in', ['ham', null]])).toEqual(
      expected((mail) => mail.kind !== 'spam'),
    );
    expect(await ids(['kind', 'not in', ['ham', null]])).toEqual(
      expected((mail) => mail.kind === 'spam'),
    );
    expect(await ids(['id', 'in', []])).toEqual([]);
    expect(await ids()).toHaveLength(60);
    expect(await ids(['body', 'contains', 'mail 7,'])).toEqual([7]);
    expect(await ids(['body', 'startsWith', 'mail 5'])).toHaveLength(11);
    expect(await ids(['body', 'endsWith', '_'])).toEqual([]);
  });

  test.prop([fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))], {
    numRuns: 25,
  })('never reads a value or a name as words', async (text) => {
    const name = `${text}x`;
    await writeJsonl(file('odd.jsonl'), [
      { [name]: text, other: 1 },
      { [name]: `${text}!`, other: 2 },
    ]);
    const table = await open<{ [column: string]: unknown }>('odd.jsonl');
    const found = await all(table.filter([table.columns[0]!, '=', text]));
    expect(found.map((row) => row['other'])).toEqual(found.length === 0 ? [] : [1]);
    const renamed = table.select({ [`as ${text}`]: 'other' });
    expect(await all(renamed)).toHaveLength(2);
    await expect(table.shuffle(1).sample({ rows: 1 }).count()).resolves.toBe(1);
  });

  test("is not fooled by Bobby's names", async () => {
    const table = await open<Mail>('mails.jsonl');
    for (const evil of ["' OR 1=1 --", "'; DROP TABLE x; --", '" OR "1"="1', '?', '$1', '\\']) {
      expect(await all(table.filter(['kind', '=', evil]))).toEqual([]);
      expect(() => table.filter([evil, '=', 1])).toThrow(code('unknown-name'));
      expect(() => table.select(evil as 'id')).toThrow(code('unknown-name'));
    }
  });

  test.each(['a" OR "b', '"', 'x"; DROP TABLE y; --', 'a""b', "it's ?"])(
    'takes %j for the name of a column',
    async (name) => {
      await writeJsonl(file('names.jsonl'), [
        { [name]: 1, b: 'x' },
        { [name]: 2, b: 'y' },
      ]);
      const table = await open<{ [column: string]: unknown }>('names.jsonl');
      expect(table.columns).toEqual([name, 'b']);
      expect(await all(table.filter([name, '=', 2]))).toEqual([{ [name]: 2, b: 'y' }]);
      expect(await all(table.select(name))).toEqual([{ [name]: 1 }, { [name]: 2 }]);
      const joined = table.join(table.select({ [name]: name, [`${name}!`]: 'b' }), { on: name });
      expect(await all(joined.filter([`${name}!`, '=', 'x']).shuffle())).toEqual([
        { [name]: 1, b: 'x', [`${name}!`]: 'x' },
      ]);
    },
  );

  test('refuses operators and values that are none', async () => {
    const table = await open<Mail>('mails.jsonl');
    const wrong = [
      ['id', 'LIKE', 'x'],
      ['id', '= 1 OR 1 =', 1],
      ['id', '=', [1]],
      ['kind', 'in', 'ham'],
      ['kind', 'contains', 1],
      ['id', 'toString', 1],
    ];
    for (const condition of wrong) {
      expect(() => table.filter(condition as never)).toThrow(code('invalid-option'));
    }
    await expect(all(table.filter(['id', '>', 'many']))).rejects.toThrow(code('invalid-option'));
  });
});

describe('select', () => {
  test('takes columns in an order, or under other names', async () => {
    const table = (await open<Mail>('mails.jsonl')).filter(['id', '=', 3]);
    const few = table.select('size', 'id');
    expect(few.columns).toEqual(['size', 'id']);
    const [row] = await all(few);
    expect(row).toEqual({ size: 11, id: 3 });
    // @ts-expect-error: the column is gone.
    void row?.body;
    const [renamed] = await all(table.select({ text: 'body' }));
    expect(renamed?.text).toBe(mails[3]!.body);
    expect(() => table.select({ a: 'id', A: 'size' })).toThrow(code('duplicate-name'));
    expect(() => table.select()).toThrow(code('unknown-name'));
  });
});

describe('join', () => {
  test('finds partners, in the order of both', async () => {
    await writeJsonl(file('notes.jsonl'), [
      { mail: 9, note: 'second' },
      { mail: 2, note: 'a' },
      { mail: 9, note: 'first' },
      { mail: null, note: 'none' },
      { mail: 700, note: 'nowhere' },
    ]);
    const left = (await open<Mail>('mails.jsonl')).filter(['id', '<', 12]).select('id', 'size');
    const right = await open<{ mail: number; note: string }>('notes.jsonl');
    const on = { id: 'mail' };
    expect(await all(left.join(right, { on }))).toEqual([
      { id: 2, size: 74, note: 'a' },
      { id: 9, size: 33, note: 'second' },
      { id: 9, size: 33, note: 'first' },
    ]);
    const outer = await all(left.join(right, { on, kind: 'left' }));
    expect(outer).toHaveLength(13);
    expect(outer[0]).toEqual({ id: 0, size: 0, note: null });
    const semi = left.join(right, { on, kind: 'semi' });
    expect(semi.columns).toEqual(['id', 'size']);
    expect((await all(semi)).map((row) => row.id)).toEqual([2, 9]);
    expect((await all(left.join(right, { on, kind: 'anti' }))).map((row) => row.id)).toEqual([
      0, 1, 3, 4, 5, 6, 7, 8, 10, 11,
    ]);
  });

  test('refuses names that clash, are none, or joins of another kind', async () => {
    const table = await open<Mail>('mails.jsonl');
    expect(() => table.join(table, { on: 'id' })).toThrow(code('duplicate-name'));
    expect(() => table.join(table, { on: 'nothing' })).toThrow(code('unknown-name'));
    expect(() => table.join(table.select('id'), { on: [] })).toThrow(code('invalid-option'));
    const kind = 'cross' as 'inner';
    expect(() => table.join(table.select('id'), { on: 'id', kind })).toThrow(
      code('invalid-option'),
    );
    expect(await table.join(table.select('id'), { on: 'id' }).count()).toBe(60);
  });
});

describe('sample and shuffle', () => {
  test('depend on the seed and the rows alone', async () => {
    const ids = async (table: Table<Mail>) => (await all(table)).map((row) => row.id);
    const one = await open<Mail>('mails.jsonl', { threads: 1 });
    const two = await open<Mail>('mails.jsonl', { threads: 2 });
    expect(await ids(one.shuffle(7))).toEqual(await ids(two.shuffle(7)));
    expect(await ids(one.shuffle(7))).not.toEqual(await ids(one.shuffle(8)));
    expect((await ids(one.shuffle(7))).sort((a, b) => a - b)).toEqual(mails.map(({ id }) => id));
    const few = await ids(one.sample({ rows: 10 }, 3));
    expect(few).toEqual(await ids(two.sample({ rows: 10 }, 3)));
    expect(few).toHaveLength(10);
    expect(few).toEqual([...few].sort((a, b) => a - b));
    expect(few).not.toEqual(await ids(one.sample({ rows: 10 }, 4)));
    expect(await ids(one.sample({ rows: 100 }))).toHaveLength(60);
    expect(await ids(one.sample({ share: 1 }))).toHaveLength(60);
    expect(await ids(one.sample({ share: 0 }))).toEqual([]);
    const half = await ids(one.sample({ share: 0.5 }, 2));
    expect(half.length).toBeGreaterThan(18);
    expect(half.length).toBeLessThan(42);
    expect(await ids(one.sample({ share: 0.25 }, 2))).toEqual(
      expect.arrayContaining((await ids(one.sample({ share: 0.1 }, 2))).slice(0, 1)),
    );
    expect(() => one.sample({ share: 1.5 })).toThrow(code('invalid-option'));
    expect(() => one.shuffle(-1)).toThrow(code('invalid-option'));
  });

  test('stay as they are when filtered, selected, written and read again', async () => {
    const table = (await open<Mail>('mails.jsonl')).shuffle(5);
    const order = (await all(table)).map((row) => row.id);
    const kept = table.filter(['size', '>', 20]).select('id');
    const expected = order.filter((id) => mails[id]!.size > 20);
    expect((await all(kept)).map((row) => row.id)).toEqual(expected);
    await kept.write(file('kept.parquet'));
    const again = await open<Mail>('kept.parquet');
    expect((await all(again)).map((row) => row.id)).toEqual(expected);
    expect((await all(again, 10)).map((row) => row.id)).toEqual(expected.slice(10));
  });

  test('feed batches that go on at any record', async () => {
    const table = (await open<Mail>('mails.jsonl')).shuffle(5);
    const collator = labelCollator<Mail>({ label: (row) => row.id, classes: 60 });
    const rows = (from: number) => table.rows({ from });
    const source = streamedBatches(rows, { batchSize: 7, collator, window: 16, epochs: 2 });
    const seen: { data: string; position: unknown }[] = [];
    for await (const { batch, position } of source.open()) {
      seen.push({ data: batch.data.join(), position });
    }
    for (const at of [0, 3, 8, 12]) {
      const rest: string[] = [];
      for await (const { batch } of source.open(seen[at]!.position as never)) {
        rest.push(batch.data.join());
      }
      expect(rest).toEqual(seen.slice(at + 1).map((each) => each.data));
    }
  });
});

describe('write', () => {
  test('takes a path for a path, whatever is in it', async () => {
    const table = (await open<Mail>('mails.jsonl')).filter(['id', '<', 2]);
    const names = ["it's; drop.parquet", `a' (FORMAT csv) --.parquet`, '$1 ? {x} [y] *.parquet'];
    for (const name of names) {
      await table.write(file(name));
      expect(await all(await open<Mail>(name))).toEqual(mails.slice(0, 2));
    }
  });

  test('leaves the old file, and no part, where it fails', async () => {
    await writeFile(file('old.parquet'), 'old');
    await writeFile(file('late.jsonl'), `${'{"a": 1}\n'.repeat(50_000)}{"a": x}\n`);
    const table = await open('late.jsonl');
    await expect(table.write(file('old.parquet'))).rejects.toThrow(code('corrupt-file'));
    await expect(table.write(path.join(folder, 'no', 'where.parquet'))).rejects.toThrow(
      expect.objectContaining({ name: 'LimbeckError' }) as Error,
    );
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
