import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { distil, type DistilOptions } from 'limbeck';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mails } from './support/mails.js';

const quiet = { info() {}, warn() {} };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-refusals-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const rows = mails(120);
const base: DistilOptions = { data: rows, text: 'body', label: 'kind', logger: quiet };
const schema = z.object({ kind: z.enum(['spam', 'ham']) });

describe('distil refuses, before anything is trained,', () => {
  test.each<[name: string, options: Partial<DistilOptions>, code: string, words: string]>([
    ['no rows', { data: [] }, 'empty-data', '0 different texts'],
    ['too few rows', { data: rows.slice(0, 10) }, 'empty-data', 'at least 30'],
    ['one class', { data: rows.map((row) => ({ ...row, kind: 'ham' })) }, 'one-class', '"ham"'],
    [
      'a label that the schema does not have',
      { data: [...rows, { body: 'x', kind: 'hamm' }], schema },
      'label-out-of-range',
      'Did you mean "ham"?',
    ],
    ['a missing column', { text: 'bdy' }, 'missing-column', 'Did you mean "body"?'],
    [
      'labels of mixed types',
      { data: [...rows, { body: 'x', kind: 1 }] },
      'invalid-data',
      'a number as its kind',
    ],
    ['NaN as a label', { data: [{ body: 'x', kind: NaN }, ...rows] }, 'non-finite-data', 'NaN'],
    [
      'texts that are no texts',
      { data: rows.map((row, i) => ({ ...row, body: i })) },
      'invalid-data',
      'number in column body',
    ],
    [
      'one bad record, where that was asked for',
      { data: [{ body: 1, kind: 'ham' }, ...rows], onBad: 'throw' },
      'invalid-record',
      'record 1',
    ],
    [
      'a test set that shares a text with the data',
      { test: [{ ...rows[5]! }, ...mails(200).slice(150)] },
      'split-leak',
      "leaks: 'drop'",
    ],
    ['a file that is not there', { data: '/nowhere/mails.csv' }, 'data-missing', 'mails.csv'],
    ['an unknown family', { families: ['tree' as never] }, 'invalid-option', 'ngram'],
    ['no seeds', { seeds: [] }, 'invalid-option', 'seeds'],
    ['a seed twice', { seeds: [1, 2, 1] }, 'invalid-option', 'the seed 1 twice'],
    ['a budget of nothing', { budgetSeconds: 0 }, 'invalid-option', 'budgetSeconds'],
    ['a label twice', { labels: ['a', 'a'] }, 'invalid-option', '"a" twice'],
    ['a label called probability', { label: 'probability' }, 'invalid-option', 'probability'],
    ['a label called sure', { label: 'sure' }, 'invalid-option', 'sure'],
    ['data that is nothing', { data: 5 as never }, 'invalid-option', 'number'],
    ['rows that are no records', { data: ['a', 'b'] as never }, 'invalid-record', 'string'],
  ])('%s', async (name, options, code, words) => {
    const call = distil({ ...base, ...options, folder: path.join(folder, name.slice(0, 8)) });
    await expect(call).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('an empty file', async () => {
    const data = path.join(folder, 'empty.csv');
    await writeFile(data, '');
    await expect(distil({ ...base, data, folder })).rejects.toMatchObject({ code: 'empty-data' });
  });

  test('a file of latin-1', async () => {
    const data = path.join(folder, 'latin.csv');
    const lines = rows.map(({ body, kind }) => `caf\xe9 ${body},${kind}`);
    await writeFile(data, Buffer.from(`body,kind\n${lines.join('\n')}`, 'latin1'));
    await expect(distil({ ...base, data, folder })).rejects.toMatchObject({
      code: 'invalid-data',
      given: expect.stringContaining('line 2: not UTF-8') as string,
      next: expect.stringContaining('Save the file as UTF-8') as string,
    });
  });

  test('what does not compile: a label that the schema does not have', () => {
    // @ts-expect-error: "eggs" is none of the schema's labels.
    const check = (made: Awaited<ReturnType<typeof typed>>): 'eggs' => made.student.labels[0]!;
    const typed = () => distil({ data: rows, label: 'kind', schema });
    expect(check).toBeTypeOf('function');
  });
});
