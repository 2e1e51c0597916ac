import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limbeck } from '../terminal.js';
import { makeWorkplace, writeRun } from './workplace.js';

let cwd = '';
beforeAll(async () => {
  cwd = await makeWorkplace();
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('limbeck eval', () => {
  test('measures with intervals, and shows what is taken for what', async () => {
    const { code, out } = await limbeck(
      cwd,
      'eval',
      'student',
      'test.csv',
      '--text',
      'body',
      '--label',
      'kind',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/accuracy +100\.0% +100\.0% to 100\.0%/);
    expect(out).toContain('on 40 rows');
    expect(out).toMatch(/css +20 +0\njs +0 +20/);
  });

  test('prints the same for programs, by groups of rows', async () => {
    const args = ['student', 'test.csv', '--text', 'body', '--label', 'kind', '--group', 'file'];
    const { out } = await limbeck(cwd, 'eval', ...args, '--json');
    expect(JSON.parse(out)).toMatchObject({
      rows: 40,
      labels: ['css', 'js'],
      metrics: { accuracy: { value: 1, low: 1, high: 1 } },
      confusion: [
        [20, 0],
        [0, 20],
      ],
    });
  });

  test('says which metric has no value, and measures the others', async () => {
    writeFileSync(path.join(cwd, 'one.jsonl'), '{"text": ".a { }", "label": "css"}');
    const { code, out } = await limbeck(cwd, 'eval', 'student', 'one.jsonl');
    expect(code).toBe(0);
    expect(out).toMatch(/accuracy +–/);
  });

  test.each([
    [['student', 'test.csv'], '[invalid-record]', '--text'],
    [
      ['student', 'test.csv', '--text', 'body', '--label', 'body'],
      '[label-out-of-range]',
      'css, js',
    ],
    [['student', 'absent.csv'], '[data-missing]', 'absent.csv'],
    [['nowhere', 'test.csv', '--text', 'body', '--label', 'kind'], '[data-missing]', 'config.json'],
  ])('refuses %j', async (args, code, text) => {
    const { err } = await limbeck(cwd, 'eval', ...args);
    expect(err).toContain(code);
    expect(err).toContain(text);
  });

  test('takes a run by its folder or name, and the field that its student learnt', async () => {
    const run = writeRun(cwd, 'spam-1f2e', 'done', 1);
    const config = path.join(run, 'student/config.json');
    const own = JSON.parse(readFileSync(config, 'utf8')) as { limbeck: object };
    writeFileSync(config, JSON.stringify({ ...own, limbeck: { ...own.limbeck, field: 'kind' } }));
    for (const given of ['.limbeck/runs/spam-1f2e', 'spam-1f2e']) {
      const { code, out, err } = await limbeck(cwd, 'eval', given, 'test.csv', '--text', 'body');
      expect(code, err).toBe(0);
      expect(out).toMatch(/accuracy +100\.0%/);
    }
    // Rows that only have a label are read as before.
    expect((await limbeck(cwd, 'eval', 'spam-1f2e', 'dev.jsonl')).code).toBe(0);
    rmSync(path.join(run, 'student'), { recursive: true });
    const { err } = await limbeck(cwd, 'eval', 'spam-1f2e', 'dev.jsonl');
    expect(err).toMatch(/limbeck eval: .*published no student.*\[data-missing\]/);
    rmSync(run, { recursive: true });
  });

  test('sets aside what cannot be read, and says how much', async () => {
    const lines = readFileSync(path.join(cwd, 'dev.jsonl'), 'utf8').split('\n');
    writeFileSync(
      path.join(cwd, 'torn.jsonl'),
      [lines[0], '{"text": ', ...lines.slice(1)].join('\n'),
    );
    const { code, out, err } = await limbeck(cwd, 'eval', 'student', 'torn.jsonl');
    expect(code, err).toBe(0);
    expect(out).toContain('on 64 rows');
    expect(err).toMatch(
      /^1 of 65 records of torn\.jsonl set aside, the first of them torn\.jsonl:2, /,
    );
    writeFileSync(path.join(cwd, 'torn.jsonl'), '{"text": \n');
    const none = await limbeck(cwd, 'eval', 'student', 'torn.jsonl');
    expect(none.err).toContain('[invalid-record]');
    expect(none.err).not.toContain('onBad');
  });

  test('names no option that the command lacks where the name does not say what a file is', async () => {
    writeFileSync(path.join(cwd, 'rows.what'), 'hello');
    const { code, err } = await limbeck(cwd, 'eval', 'student', 'rows.what');
    expect(code).toBe(2);
    expect(err).toMatch(/^limbeck eval: .*Give it the ending of what it holds: \.jsonl/);
  });

  test('refuses an empty file', async () => {
    writeFileSync(path.join(cwd, 'empty.jsonl'), '');
    expect((await limbeck(cwd, 'eval', 'student', 'empty.jsonl')).err).toContain('[empty-data]');
  });
});
