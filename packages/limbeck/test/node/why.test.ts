import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limbeck } from './terminal.js';

const fixtures = fileURLToPath(new URL('fixtures/steady', import.meta.url));
let root = '';
beforeEach(() => {
  root = mkdtempSync(`${os.tmpdir()}/limbeck-why-`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The only run's folder. */
const runFolder = (): string =>
  path.join(root, readdirSync(root).find((name) => name.startsWith('fixture-')) ?? '');

describe('limbeck run', () => {
  test('--why says what would run, and runs nothing', async () => {
    const { code, out } = await limbeck(fixtures, 'run', '--why', '--root', root);
    expect(code).toBe(0);
    expect(out).toMatch(/words +runs +first run\ntold +runs +first run/);
    expect(readdirSync(root)).toEqual([]);
    await limbeck(fixtures, 'run', '--root', root);
    rmSync(path.join(runFolder(), 'steps/words/done.json'));
    const after = await limbeck(fixtures, 'run', '--why', '--root', root);
    expect(after.out).toMatch(/words +goes on +it was not finished/);
    expect(after.out).toMatch(/told +may run +only if words comes out otherwise/);
  });

  test('--why says that a run works in the folder', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    const lock = { pid: process.ppid, token: 'x', machine: 'another', started: '1' };
    writeFileSync(path.join(runFolder(), 'lock.json'), JSON.stringify(lock));
    const { code, err } = await limbeck(fixtures, 'run', '--why', '--root', root);
    expect(code).toBe(0);
    expect(err).toContain('A run works in the folder now');
  });

  test('--json prints what a program can read', async () => {
    const { out } = await limbeck(fixtures, 'run', '--json', '--root', root, '--parallel', '2');
    const { folder, published, stages } = JSON.parse(out) as {
      folder: string;
      published: string[];
      stages: { step: string }[];
    };
    expect(folder).toBe(runFolder());
    expect(published).toEqual(['words.txt']);
    expect(stages.map(({ step }) => step)).toEqual(['words', 'told']);
    const plan = await limbeck(fixtures, 'run', '--json', '--why', '--root', root);
    expect(JSON.parse(plan.out)).toMatchObject({
      folder,
      locked: false,
      steps: [{ state: 'cached' }, { state: 'cached' }],
    });
    const resumed = await limbeck(fixtures, 'resume', '--json', '--root', root);
    expect(JSON.parse(resumed.out)).toMatchObject({ folder });
  });

  test('--json prints an error too', async () => {
    const { code, out, err } = await limbeck(fixtures, 'run', 'absent.ts', '--json');
    expect(code).toBe(1);
    expect(err).toContain('[data-missing]');
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'data-missing', given: 'absent.ts, which is not there' },
    });
  });

  test.each([['0'], ['-1'], ['many'], ['1.5'], ['']])('refuses --parallel %j', async (value) => {
    const { code, err } = await limbeck(fixtures, 'run', `--parallel=${value}`);
    expect(code).toBe(2);
    expect(err).toContain('a whole number of at least 1');
  });
});

describe('limbeck gc', () => {
  test('says what went and what stayed, and frees what it says', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    const spare = path.join(root, 'fixture-00000000');
    cpSync(runFolder(), spare, { recursive: true });
    const dry = await limbeck(fixtures, 'gc', '--root', root, '--keep', '1', '--dry-run');
    expect(dry.out).toMatch(/would go +beyond the latest 1/);
    expect(dry.out).toMatch(/stays +among the latest 1/);
    expect(dry.out).toMatch(/kB would be freed\./);
    const { code, out } = await limbeck(fixtures, 'gc', '--root', root, '--keep', '1', '--json');
    expect(code).toBe(0);
    const { freedBytes, runs } = JSON.parse(out) as { freedBytes: number; runs: object[] };
    expect(freedBytes).toBeGreaterThan(1000);
    expect(runs).toHaveLength(2);
    expect(readdirSync(root).filter((name) => name.startsWith('fixture-'))).toHaveLength(1);
    expect((await limbeck(root, 'gc')).out).toBe('There are no runs.');
  });

  test('keeps what is not old enough', async () => {
    await limbeck(fixtures, 'run', '--root', root);
    const { out } = await limbeck(fixtures, 'gc', '--root', root, '--keep', '0', '--older', '30d');
    expect(out).toContain('not old enough');
    const gone = await limbeck(fixtures, 'gc', '--root', root, '--keep', '0');
    expect(gone.out).toMatch(/gone +beyond the latest 0/);
  });

  test.each([
    ['--keep', '-1'],
    ['--older', 'a while'],
    ['--older', '3'],
  ])('refuses %s %s', async (option, value) => {
    const { code, err } = await limbeck(root, 'gc', `${option}=${value}`);
    expect(code).toBe(2);
    expect(err).toContain('[invalid-option]');
  });
});
