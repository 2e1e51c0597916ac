import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limbeck } from '../node/terminal.js';
import { mails } from './support/mails.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), 'limbeck-distil-command-'));
  const lines = mails(160).map(({ body, kind }) => `"${body}",${kind}`);
  await writeFile(path.join(cwd, 'mails.csv'), `body,kind\n${lines.join('\n')}\none cell\n`);
  await writeFile(
    path.join(cwd, 'schema.mjs'),
    `const labels = ['ham', 'spam'];
     const validate = (value) => labels.includes(value.kind) ? { value } : { issues: [{ message: 'no' }] };
     const json = { type: 'object', properties: { kind: { enum: labels } } };
     export const schema = { '~standard': { version: 1, vendor: 'test', validate }, toJSONSchema: () => json };`,
  );
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const asked = ['--text', 'body', '--label', 'kind', '--families', 'ngram', '--budget', '2'];

describe('limbeck distil', () => {
  test('makes a student of a CSV and prints how everything did', async () => {
    const { code, out, err } = await limbeck(
      cwd,
      'distil',
      'mails.csv',
      ...asked,
      '--schema',
      'schema.mjs',
    );
    expect(code, err).toBe(0);
    expect(err).toContain('1 of 161 records set aside: could not be read (1), kept in .limbeck');
    expect(out).toMatch(/^system +accuracy/);
    expect(out).toMatch(/^ngram student +9\d\.\d%|^ngram student +100\.0%/m);
    const folder = /^\.limbeck\/runs\/mails-[0-9a-f]{8}$/m.exec(out)?.[0];
    const config = await readFile(path.join(cwd, folder!, 'student', 'config.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({ id2label: { 0: 'ham', 1: 'spam' } });
  });

  test.each([
    [['--schema', 'mails.csv'], '--schema mails.csv, which fails to load'],
    [['--labels', 'ham,eggs'], 'the label "spam"'],
    [['--leaks', 'maybe'], 'maybe'],
    [['--budget', '0'], '--budget'],
  ])('refuses %j', async (options, words) => {
    const { code, err } = await limbeck(cwd, 'distil', 'mails.csv', ...asked, ...options);
    expect(code).not.toBe(0);
    expect(err).toContain(words);
  });

  test('leaves nothing of its own in the folder of a step that failed', async () => {
    const wrong = ['--text', 'body', '--label', 'Kind', '--name', 'wrong', '--root', 'failed'];
    const { code, err } = await limbeck(cwd, 'distil', 'mails.csv', ...wrong);
    expect(code, err).toBe(1);
    const files = await readdir(path.join(cwd, 'failed'), { recursive: true });
    expect(files.some((file) => file.includes('read'))).toBe(true);
    expect(files.filter((file) => file.includes('.jsonl.'))).toEqual([]);
  });
});
