import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashSource, openSource, settleSource } from '../../src/distil/records.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-records-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('reads a folder, and knows it by the names and contents of its files', async () => {
  const data = path.join(folder, 'set');
  await mkdir(path.join(data, 'data'), { recursive: true });
  const train = path.join(data, 'data', 'train.csv');
  await writeFile(train, 'text,label\na,x\nb,y\n');
  const source = await settleSource(data, undefined);
  const texts: unknown[] = [];
  for await (const { text } of openSource(source, undefined).records) texts.push(text);
  expect(texts).toEqual(['a', 'b']);

  const first = await hashSource(source);
  expect(await hashSource(source)).toBe(first);
  await writeFile(train, 'text,label\na,x\nc,y\n');
  const second = await hashSource(source);
  expect(second).not.toBe(first);
  await rename(train, path.join(data, 'data', 'train-1.csv'));
  expect(await hashSource(source)).not.toBe(second);
});

test('tells where the first record stands that cannot be read, and why', async () => {
  const file = path.join(folder, 'latin.csv');
  await writeFile(file, Buffer.from('text,label\ngood,x\ncaf\xe9,y\nna\xefve,y\n', 'latin1'));
  const opened = openSource(await settleSource(file, undefined), path.join(folder, 'dead.jsonl'));
  for await (const record of opened.records) expect(record).toMatchObject({ text: 'good' });
  expect(opened.bad()).toEqual({
    count: 2,
    first: expect.stringMatching(/^line 3: not UTF-8/) as string,
  });
});
