import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Runs a script against the built package, as a user's process would, and gives the JSON that it printed. */
function run(script: string): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, [path.join(folder, script)], {
    encoding: 'utf8',
    timeout: 55_000,
    // Vitest's own conditions would lead to the sources.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}

describe('worker mode', () => {
  test('runs a tail as the engine on this thread does', () => {
    expect(run('worker-tail.mjs')).toEqual({ steps: 1, equal: true });
  });

  test('gives what the engine on this thread gives, and passes errors on', () => {
    expect(run('worker-results.mjs')).toEqual({
      run: 'equal',
      steps: 'equal',
      state: 'equal',
      fedIsUntouched: true,
      errors: {
        corrupt: 'corrupt-onnx',
        feed: 'missing-signal',
        noTensor: 'invalid-data',
        noFeeds: 'invalid-data',
        noData: 'invalid-data',
        noState: 'invalid-data',
        noGraph: 'invalid-data',
        fetch: 'unknown-name',
        carry: 'shape-mismatch',
        provider: 'unknown-provider',
        steps: 'engine-failed',
        disposedStepper: 'disposed',
        disposedRunner: 'disposed',
        disposedEngine: 'disposed',
      },
      cause: true,
    });
  });

  test('leaves the main thread free: a 10 ms timer fires at least half as often as it should', () => {
    const { ticks, idle, blocked } = run('worker-timer.mjs') as {
      readonly [name in 'ticks' | 'idle' | 'blocked']: number;
    };
    const perSecond = [ticks, blocked, idle].map(Math.round);
    console.log('10 ms timer, ticks a second beside a worker, on one thread, idle:', ...perSecond);
    expect(ticks).toBeGreaterThanOrEqual(idle / 2);
    expect(blocked).toBeLessThan(ticks);
  });

  test('a worker that dies gives one error to every pending call, and to later ones; what was finished stays', () => {
    const death = {
      finished: true,
      pending: ['worker-failed', 'worker-failed', 'worker-failed'],
      one: true,
      says: true,
      later: 'worker-failed',
    };
    expect(run('worker-death.mjs')).toEqual({
      ended: { ...death, dispose: 'no error' },
      crashed: { ...death, dispose: 'no error' },
    });
  });

  test('an abort rejects every pending call, and later ones; an engine left open ends with the process', () => {
    expect(run('worker-abort.mjs')).toEqual({
      before: 'aborted',
      pending: ['aborted', 'aborted'],
      later: 'aborted',
      leftOpen: true,
    });
  });
});
