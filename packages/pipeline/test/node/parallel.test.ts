import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fc, test } from '@fast-check/vitest';
import type { Event } from '@limbeck/core';
import { formatStages, type PipelineStep, step } from '@limbeck/pipeline';
import { readEvents, readRun, type RunOptions, runPipeline } from '@limbeck/pipeline/node';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { runSteps } from '../../src/node/run-steps.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-parallel-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const quiet = { info() {}, warn() {} };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function run<const Steps extends readonly PipelineStep[]>(
  steps: Steps,
  more: Partial<RunOptions<Steps>> = {},
) {
  return runPipeline({ name: 'test', steps, root, logger: quiet, parallel: 2, ...more });
}

/** A step that runs until another one runs beside it: alone it would wait for ever. */
function pair() {
  let running = 0;
  let most = 0;
  let both: () => void = () => {};
  const together = new Promise<void>((resolve) => (both = resolve));
  const waits = (name: string) =>
    step(name, {
      version: '1',
      run: async (_given, { onEvent }) => {
        running += 1;
        most = Math.max(most, running);
        if (running === 2) both();
        onEvent?.({ kind: 'waits', atMs: 1 });
        await together;
        running -= 1;
        return name;
      },
    });
  return { left: waits('left'), right: waits('right'), most: () => most };
}

describe('steps at once', () => {
  test('run beside each other, and what needs both runs behind them', async () => {
    const { left, right, most } = pair();
    const both = step('both', {
      version: '1',
      inputs: { left, right },
      run: async ({ inputs }) => `${inputs.left} and ${inputs.right}`,
    });
    const { outputs } = await run([both]);
    expect(outputs.both).toBe('left and right');
    expect(most()).toBe(2);
  });

  test('are never more than were asked for', async () => {
    let running = 0;
    let most = 0;
    const steps = Array.from({ length: 7 }, (_, i) =>
      step(`part-${i}`, {
        version: '1',
        run: async () => {
          running += 1;
          most = Math.max(most, running);
          await pause(5);
          running -= 1;
          return i;
        },
      }),
    );
    await run(steps, { parallel: 3 });
    expect(most).toBe(3);
    await expect(run(steps, { parallel: 0 })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('say of each event which step it is of, and keep their own logs', async () => {
    const { left, right } = pair();
    const events: Event[] = [];
    const { folders } = await run([left, right], { onEvent: (event) => events.push(event) });
    const said = events.filter(({ kind }) => kind === 'waits').map((one) => one['stage']);
    expect(new Set(said)).toEqual(new Set(['left', 'right']));
    for (const folder of Object.values(folders)) {
      const own = await readEvents(path.join(folder, 'events.jsonl'));
      expect(own.map(({ kind }) => kind)).toEqual([
        'pipeline/started',
        'waits',
        'pipeline/finished',
      ]);
    }
  });

  test('add up to the wall clock, with what counts twice taken off', async () => {
    const slow = (name: string) =>
      step(name, {
        version: '1',
        run: async () => {
          await pause(40);
          return name;
        },
      });
    const result = await run([slow('left'), slow('right')]);
    const { stages, otherSeconds, overlapSeconds = 0, seconds } = result;
    const summed = stages.reduce((sum, stage) => sum + stage.seconds, otherSeconds);
    expect(summed - overlapSeconds).toBeCloseTo(seconds, 9);
    expect(overlapSeconds).toBeGreaterThan(0);
    expect(otherSeconds).toBeGreaterThanOrEqual(0);
    expect(stages.map((stage) => stage.step)).toEqual(['left', 'right']);
    expect(formatStages(result)).toMatch(/at once +-0\.\d\d\ntotal/);
  });

  test('are stopped cleanly when one fails, and what ends all the same is kept', async () => {
    let told: unknown;
    const fails = step('fails', {
      version: '1',
      run: async (): Promise<number> => {
        await pause(10);
        throw new Error('on fire');
      },
    });
    const polite = step('polite', {
      version: '1',
      run: async (_given, { abortSignal }): Promise<number> => {
        await new Promise<void>((resolve) =>
          abortSignal?.addEventListener('abort', () => resolve(), { once: true }),
        );
        told = abortSignal?.reason;
        throw abortSignal?.reason;
      },
    });
    const deaf = step('deaf', {
      version: '1',
      run: async () => {
        await pause(30);
        return 'done';
      },
    });
    const never = step('never', { version: '1', run: async () => 1 });
    const call = run([fails, polite, deaf, never], { parallel: 3 });
    await expect(call).rejects.toMatchObject({ code: 'step-failed', where: 'step "fails"' });
    expect(told).toMatchObject({ code: 'aborted', given: 'step "fails", which failed' });
    const [folder = ''] = readdirSync(root).filter((name) => name !== 'kept');
    const steps = path.join(root, folder, 'steps');
    expect(existsSync(path.join(steps, 'deaf/done.json'))).toBe(true);
    expect(existsSync(path.join(steps, 'polite/done.json'))).toBe(false);
    expect(existsSync(path.join(steps, 'never'))).toBe(false);
    expect(existsSync(path.join(root, folder, 'lock.json'))).toBe(false);
    expect((await readRun(path.join(root, folder)))?.state).toBe('failed');
    const states = (await run([deaf])).stages.map(({ state }) => state);
    expect(states).toEqual(['cached']);
  });

  test('begin no more once one has failed, and all that began have ended', async () => {
    const steps = Array.from({ length: 4 }, (_, i) =>
      step(`s-${i}`, { version: '1', run: async () => i }),
    );
    const began: string[] = [];
    const ended: string[] = [];
    const stopped: string[] = [];
    const call = runSteps(steps, {
      parallel: 2,
      run: async ({ name }, i) => {
        began.push(name);
        await pause(i === 0 ? 1 : 20);
        ended.push(name);
        throw new Error(name);
      },
      stop: ({ name }) => stopped.push(name),
    });
    await expect(call).rejects.toThrow('s-0');
    expect(began).toEqual(['s-0', 's-1']);
    expect(ended).toEqual(began);
    expect(stopped).toEqual(['s-0']);
  });

  test('all stop at an abort', async () => {
    const controller = new AbortController();
    const waits = (name: string) =>
      step(name, {
        version: '1',
        run: async (_given, { abortSignal }): Promise<number> => {
          setTimeout(() => controller.abort(), 5);
          await new Promise<void>((resolve) =>
            abortSignal?.addEventListener('abort', () => resolve(), { once: true }),
          );
          throw abortSignal?.reason;
        },
      });
    await expect(
      run([waits('left'), waits('right')], { abortSignal: controller.signal }),
    ).rejects.toMatchObject({ code: 'aborted' });
  });

  test.prop([
    fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { minLength: 1, maxLength: 9 }),
    fc.integer({ min: 1, max: 4 }),
  ])('begin only when their inputs are done, whatever the graph', async (graph, parallel) => {
    const steps: PipelineStep[] = [];
    for (const [i, needs] of graph.entries()) {
      const inputs = i === 0 ? [] : needs.map((need) => [`n${need % i}`, steps[need % i]]);
      steps.push(
        step(`s-${i}`, {
          version: '1',
          inputs: Object.fromEntries(inputs) as { [name: string]: PipelineStep },
          run: async () => i,
        }),
      );
    }
    const done = new Set<string>();
    let running = 0;
    await runSteps(steps, {
      parallel,
      run: async (current) => {
        running += 1;
        expect(running).toBeLessThanOrEqual(parallel);
        for (const input of Object.values(current.inputs)) {
          expect(done.has((input as PipelineStep).name)).toBe(true);
        }
        await Promise.resolve();
        done.add(current.name);
        running -= 1;
      },
      stop: () => {},
    });
    expect(done.size).toBe(steps.length);
  });
});
