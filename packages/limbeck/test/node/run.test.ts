import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importTypeScript } from '../../src/node/import-module.js';
import { limbeck } from './terminal.js';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
let root = '';
beforeEach(() => {
  root = mkdtempSync(`${os.tmpdir()}/limbeck-cli-`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The only run's folder. */
const runFolder = (): string =>
  path.join(root, readdirSync(root).find((name) => name.startsWith('fixture-')) ?? '');

describe('limbeck run', () => {
  test('runs the pipeline of the folder, and has nothing to do the second time', async () => {
    const first = await limbeck(fixtures, 'run', '--root', root);
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/words +\d+\.\d\d +first run/);
    expect(first.out).toMatch(/total +\d+\.\d\d/);
    expect(first.out).toContain('words.txt');
    expect(readFileSync(path.join(runFolder(), 'words.txt'), 'utf8')).toBe('distil');
    const second = await limbeck(fixtures, 'run', 'limbeck.config.ts', '--root', root, '--verify');
    expect(second.err).toContain('[2/2] told: cached');
  });

  test('says what failed and why, with what to do', async () => {
    const { code, err } = await limbeck(fixtures, 'run', 'failing.ts', '--root', root);
    expect(code).toBe(1);
    expect(err).toContain('[step-failed]');
    expect(err).toMatch(/because of fails: given no corpus.*Install it\. \[data-missing\]/);
  });

  test.each([
    [['run', 'absent.ts'], '[data-missing]'],
    [['run', 'nothing.ts'], '[invalid-data]'],
  ])('%j ends with %s', async (args, code) => {
    expect(await limbeck(fixtures, ...args)).toMatchObject({
      code: 1,
      err: expect.stringContaining(code) as string,
    });
  });

  test('says that there is no pipeline in the folder', async () => {
    const { err } = await limbeck(root, 'run');
    expect(err).toContain('a folder without limbeck.config.ts');
  });

  test('says where a pipeline has an error', async () => {
    writeFileSync(path.join(root, 'broken.mjs'), 'export default {;');
    const { code, err } = await limbeck(root, 'run', 'broken.mjs');
    expect(code).toBe(1);
    expect(err).toContain('broken.mjs, which fails to load');
  });

  test('loads TypeScript where Node cannot', async () => {
    expect((await importTypeScript(path.join(fixtures, 'typescript.ts'))).default).toBe(1);
  });
});

describe('limbeck resume', () => {
  test('goes on with the latest run, or with the one named', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    rmSync(path.join(runFolder(), 'steps/told/done.json'));
    const { code, err } = await limbeck(fixtures, 'resume', '--root', root);
    expect(code).toBe(0);
    expect(err).toContain('[1/2] words: cached');
    expect(err).toContain('[2/2] told: goes on');
    expect((await limbeck(fixtures, 'resume', runFolder())).code).toBe(0);
    const name = path.basename(runFolder());
    expect((await limbeck(fixtures, 'resume', name, '--root', root)).code).toBe(0);
  });

  test('refuses where there is nothing to go on with', async () => {
    expect((await limbeck(root, 'resume')).err).toContain('[data-missing]');
    for (const command of ['resume', 'report']) {
      for (const given of ['a/nowhere', '/b/nowhere']) {
        const { err } = await limbeck(root, command, given);
        expect(err).toContain(`given ${given} without a run.json`);
      }
    }
  });

  test('refuses a run that a program started, or whose pipeline is another by now', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    const file = path.join(runFolder(), 'run.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as { entry?: string };
    writeFileSync(file, JSON.stringify({ ...record, entry: 'failing.ts' }));
    expect((await limbeck(fixtures, 'resume', '--root', root)).err).toContain(
      `no longer that of ${runFolder()};`,
    );
    writeFileSync(file, JSON.stringify({ ...record, entry: undefined }));
    expect((await limbeck(fixtures, 'resume', '--root', root)).err).toContain(
      'Start that program again',
    );
  });
});

describe('limbeck report', () => {
  test('says what a run came to', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    const { code, out } = await limbeck(fixtures, 'report', '--root', root);
    expect(code).toBe(0);
    expect(out).toMatch(/^fixture: done, started \d{4}-/);
    expect(out).toMatch(/told +\d/);
    expect(out).toContain('no report.json');
  });

  test('shows the systems of a report, and writes its page', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    cpSync(path.join(fixtures, 'report.json'), path.join(runFolder(), 'report.json'));
    const { out } = await limbeck(fixtures, 'report', '--root', root);
    expect(out).toMatch(/student +81\.2% +0\.021 +0\.40 +150/);
    expect(out).toMatch(/baseline +79\.0%$/m);
    const page = readFileSync(path.join(runFolder(), 'report.html'), 'utf8');
    expect(page).toContain('<html');
    // Something is in the way that no file can replace.
    rmSync(path.join(runFolder(), 'report.html'));
    mkdirSync(path.join(runFolder(), 'report.html'));
    const second = await limbeck(fixtures, 'report', '--root', root);
    expect(second).toMatchObject({
      code: 1,
      err: expect.stringContaining('[io-failed]') as string,
    });
    expect(readdirSync(runFolder()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('takes the latest run that has a report, and says which', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    cpSync(path.join(fixtures, 'report.json'), path.join(runFolder(), 'report.json'));
    await limbeck(fixtures, 'run', 'failing.ts', '--root', root);
    const { code, out, err } = await limbeck(fixtures, 'report', '--root', root);
    expect(code, err).toBe(0);
    expect(out).toMatch(/^fixture: done/);
    expect(err).toContain(`Takes ${path.basename(runFolder())}, the latest run with a report; `);
    expect(err).toMatch(/failing-\w+, which is later \(failed\), has none/);
    rmSync(path.join(runFolder(), 'report.json'));
    const without = await limbeck(fixtures, 'report', '--root', root);
    expect(without.out).toMatch(/^failing: failed/);
  });

  test.each([
    ['{"form', '[corrupt-file]'],
    ['{"formatVersion": 99}', '[format-too-new]'],
    ['{"formatVersion": 1}', '[invalid-data]'],
  ])('refuses the report %s', async (text, code) => {
    await limbeck(fixtures, 'run', '--root', root);
    writeFileSync(path.join(runFolder(), 'report.json'), text);
    expect((await limbeck(fixtures, 'report', '--root', root)).err).toContain(code);
  });
});
