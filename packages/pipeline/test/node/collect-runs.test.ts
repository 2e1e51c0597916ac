import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { step } from '@limbeck/pipeline';
import { collectRuns, runPipeline } from '@limbeck/pipeline/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appears, startFixture } from './child.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-gc-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const day = 86_400_000;
const one = step('one', { version: '1', run: async () => 'x'.repeat(1000) });

/** A run that began so many days ago. */
async function makeRun(n: number, daysAgo: number, name = 'test'): Promise<string> {
  const { folder } = await runPipeline({
    name,
    steps: [one],
    config: { n },
    root,
    logger: { info() {}, warn() {} },
  });
  const file = path.join(folder, 'run.json');
  const record = JSON.parse(readFileSync(file, 'utf8')) as object;
  const startedAt = new Date(Date.now() - daysAgo * day).toISOString();
  writeFileSync(file, JSON.stringify({ ...record, startedAt }));
  return folder;
}

const removed = (runs: Awaited<ReturnType<typeof collectRuns>>): readonly string[] =>
  runs.filter((run) => run.removed).map(({ folder }) => folder);

describe('collectRuns', () => {
  test('keeps the latest runs of each pipeline', async () => {
    const folders = [await makeRun(1, 3), await makeRun(2, 2), await makeRun(3, 1)];
    const other = await makeRun(1, 9, 'other');
    const runs = await collectRuns({ root, keep: 1 });
    expect(new Set(removed(runs))).toEqual(new Set(folders.slice(0, 2)));
    expect([...folders, other].map((folder) => existsSync(folder))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(runs.every(({ sizeBytes }) => sizeBytes > 1000)).toBe(true);
    expect(existsSync(path.join(root, 'kept'))).toBe(true);
    expect(removed(await collectRuns({ root, keep: 1 }))).toEqual([]);
  });

  test('keeps a run that went well, however often others failed since', async () => {
    const good = await makeRun(1, 9);
    const failed: string[] = [];
    for (const n of [2, 3]) {
      const folder = await makeRun(n, 9 - n);
      const file = path.join(folder, 'run.json');
      const record = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...record, state: 'failed', published: {} }));
      failed.push(folder);
    }
    expect(removed(await collectRuns({ root, keep: 1, dryRun: true }))).toEqual([failed[0]]);
    // One that went well first and failed when it was run again still has what it published.
    const file = path.join(good, 'run.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...record, state: 'failed', published: { a: 'b' } }));
    expect(removed(await collectRuns({ root, keep: 1 }))).toEqual([failed[0]]);
  });

  test('of the others takes only those that are old enough', async () => {
    const folders = [await makeRun(1, 40), await makeRun(2, 20), await makeRun(3, 1)];
    const runs = await collectRuns({ root, keep: 1, olderMs: 30 * day });
    expect(removed(runs)).toEqual([folders[0]]);
    expect(runs.find(({ folder }) => folder === folders[1])?.why).toBe('not old enough');
  });

  test('only says what would go', async () => {
    await makeRun(1, 2);
    await makeRun(2, 1);
    const before = readdirSync(root).toSorted();
    expect(removed(await collectRuns({ root, keep: 1, dryRun: true }))).toHaveLength(1);
    expect(readdirSync(root).toSorted()).toEqual(before);
  });

  test('leaves alone a run that is going on, and takes one that was killed', async () => {
    const child = startFixture('run-counting', [root, '20']);
    while (readdirSync(root).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const name = readdirSync(root).find((entry) => entry.startsWith('counting-')) ?? '';
    const folder = path.join(root, name);
    await appears(path.join(folder, 'steps/count/scratch/state.json'));
    const [run] = await collectRuns({ root, keep: 0 });
    expect(run).toMatchObject({ folder, removed: false, why: 'a run works in it' });
    child.process.kill('SIGKILL');
    await child.ended;
    expect(removed(await collectRuns({ root, keep: 0 }))).toEqual([folder]);
    expect(existsSync(folder)).toBe(false);
  });

  test('leaves alone what it cannot read, and what is no run', async () => {
    const later = await makeRun(1, 9);
    writeFileSync(path.join(later, 'run.json'), '{"formatVersion": 2}');
    const damaged = await makeRun(2, 9);
    writeFileSync(path.join(damaged, 'run.json'), '{"form');
    mkdirSync(path.join(root, 'notes'));
    const runs = await collectRuns({ root, keep: 0 });
    expect(removed(runs)).toEqual([]);
    expect(runs.map(({ why }) => why)).toEqual(
      Array<string>(2).fill('a run.json that this version cannot read'),
    );
    expect(existsSync(path.join(root, 'notes'))).toBe(true);
  });

  test('finishes what a kill left half deleted', async () => {
    const left = path.join(root, '.removing-test-12345678-abcd');
    mkdirSync(path.join(left, 'steps'), { recursive: true });
    await collectRuns({ root, dryRun: true });
    expect(existsSync(left)).toBe(true);
    expect(await collectRuns({ root })).toEqual([]);
    expect(existsSync(left)).toBe(false);
  });

  test('refuses numbers below 0, and has nothing to do where there is nothing', async () => {
    await expect(collectRuns({ root, keep: -1 })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(collectRuns({ root, olderMs: -1 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
    expect(await collectRuns({ root: path.join(root, 'nowhere') })).toEqual([]);
  });
});
