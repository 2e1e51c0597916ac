import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEvents } from '@limbeck/pipeline/node';
import { appears, startFixture } from './child.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-pipeline-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The only run's folder. */
function runFolder(): string {
  const [name = ''] = readdirSync(root).filter((entry) => entry.startsWith('counting-'));
  return path.join(root, name);
}

/** What an undisturbed run prints: 3 times the sum of 0 to 59. */
const expected = JSON.stringify({ text: '5310 5310' });

/** Waits until the slow step has saved a few counts. */
async function reachesMiddle(): Promise<void> {
  while (readdirSync(root).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await appears(path.join(runFolder(), 'steps/count/scratch/state.json'));
  await new Promise((resolve) => setTimeout(resolve, 60));
}

describe('runPipeline under faults', () => {
  test('goes on after a SIGKILL in the middle of a step, to the same result', async () => {
    const first = startFixture('run-counting', [root, '10']);
    await reachesMiddle();
    first.process.kill('SIGKILL');
    await first.ended;
    expect(existsSync(path.join(runFolder(), 'lock.json'))).toBe(true);
    expect(existsSync(path.join(runFolder(), 'steps/count/done.json'))).toBe(false);

    const second = await startFixture('run-counting', [root, '0']).ended;
    expect(second.stdout.trim()).toBe(expected);
    expect(second.stderr).toContain('numbers: cached');
    expect(second.stderr).toContain('count: goes on (it was not finished)');
    const events = await readEvents(path.join(runFolder(), 'steps/count/events.jsonl'));
    const counts = events.filter(({ kind }) => kind === 'count').map((one) => one['i']);
    // It went on where it stood instead of counting again from 0.
    expect(counts.filter((i) => i === 0)).toHaveLength(1);
    expect(existsSync(path.join(runFolder(), 'steps/count/scratch'))).toBe(false);
    expect(existsSync(path.join(runFolder(), 'lock.json'))).toBe(false);
    expect(readFileSync(path.join(runFolder(), 'sum.txt'), 'utf8')).toBe('5310');
  });

  test('survives kills at many moments', async () => {
    for (let tries = 0; tries < 4; tries += 1) {
      const child = startFixture('run-counting', [root, '3']);
      const delayMs = 150 + 130 * tries;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.process.kill('SIGKILL');
      await child.ended;
    }
    const last = await startFixture('run-counting', [root, '0']).ended;
    expect(last.stdout.trim()).toBe(expected);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('stops in good order at %s', async (signal) => {
    const child = startFixture('run-counting', [root, '10']);
    await reachesMiddle();
    child.process.kill(signal);
    const { stdout, stderr, code } = await child.ended;
    expect(stdout.trim()).toBe('interrupted');
    expect(stderr).toContain('Go on with npm start');
    expect(code).toBe(1);
    const run = JSON.parse(readFileSync(path.join(runFolder(), 'run.json'), 'utf8')) as {
      state: string;
    };
    expect(run.state).toBe('interrupted');
    expect(existsSync(path.join(runFolder(), 'lock.json'))).toBe(false);
    expect((await startFixture('run-counting', [root, '0']).ended).stdout.trim()).toBe(expected);
  });

  test('lets one of two runs work in a folder', async () => {
    const first = startFixture('run-counting', [root, '20']);
    await reachesMiddle();
    const second = await startFixture('run-counting', [root, '0']).ended;
    expect(second.stdout.trim()).toBe('run-locked');
    expect((await first.ended).stdout.trim()).toBe(expected);
  });

  test('says that it may not write', async (context) => {
    const isRoot = process.getuid?.() === 0;
    chmodSync(root, isRoot ? 0o755 : 0o555);
    // The owner of all folders may write into any: as nobody, then.
    const { stdout, stderr } = await startFixture(
      'run-counting',
      [root, '0'],
      isRoot ? 65_534 : undefined,
    ).ended;
    chmodSync(root, 0o755);
    if (isRoot && stdout === '' && /EACCES|ERR_MODULE_NOT_FOUND/.test(stderr)) {
      context.skip('another user cannot read the sources here');
    }
    expect(stdout.trim()).toBe('io-failed');
    expect(readdirSync(root)).toEqual([]);
  });

  test('lets one of several take a dead lock over', async () => {
    const first = startFixture('run-counting', [root, '10']);
    await reachesMiddle();
    first.process.kill('SIGKILL');
    await first.ended;
    const racers = Array.from(
      { length: 3 },
      () => startFixture('run-counting', [root, '10']).ended,
    );
    const ended = await Promise.all(racers);
    const results = ended.map(({ stdout }) => stdout.trim());
    // Shown where the next lines fail.
    const told = ended.map(({ stderr }) => stderr).join('\n');
    expect(
      results.filter((line) => line !== 'run-locked'),
      told,
    ).toContain(expected);
    expect(results.every((line) => line === 'run-locked' || line === expected)).toBe(true);
  });
});
