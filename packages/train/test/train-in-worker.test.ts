import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Json } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { type Program, train } from '@limbeck/train';
import { trainInWorker, type WorkerTrainOptions } from '@limbeck/train/node';
import { expect, test } from 'vitest';

const module = new URL('./support/worker-program.mjs', import.meta.url);

const run = (options: Partial<WorkerTrainOptions>) =>
  trainInWorker({ module, engine: { threads: 1 }, seed: 3, ...options });

test('ends with the bits of a run in this thread, which meanwhile is free', async () => {
  const { default: make } = (await import(module.href)) as {
    default: (steps: Json) => Program<never, never>;
  };
  const engine = await nodeEngine({ threads: 1 });
  const here = await train(make(60), { engine, seed: 3 });
  await engine.dispose();
  const kinds = new Set<string>();
  const lines: string[] = [];
  let turns = 0;
  const free = setInterval(() => turns++, 1);
  const there = await run({
    argument: 60,
    onEvent: ({ kind }) => kinds.add(kind),
    logger: { info: (line) => void lines.push(line), warn: () => undefined },
  });
  clearInterval(free);
  expect(there.hash).toBe(here.hash);
  expect(there.best).toEqual(here.best);
  expect([...kinds]).toEqual(['train/step']);
  expect(lines[0]).toContain('step 1/60');
  expect(turns).toBeGreaterThan(0);
});

test('an abort crosses over, and the run is saved', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-worker-'));
  try {
    const controller = new AbortController();
    const call = run({
      argument: 1_000_000,
      checkpoints: folder,
      reportEvery: 1,
      abortSignal: controller.signal,
      onEvent: ({ step }) => {
        if (Number(step) >= 5) controller.abort();
      },
    });
    await expect(call).rejects.toMatchObject({ code: 'interrupted' });
    expect(await readdir(folder)).toEqual(['last.safetensors']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('what becomes of steps that are not finite is told to the worker', async () => {
  const call = run({ argument: 6, export: 'poisoned' });
  await expect(call).rejects.toMatchObject({
    code: 'non-finite-loss',
    given: expect.stringContaining('"inputs/features"') as string,
  });
  const lines: string[] = [];
  const { step, skipped } = await run({
    argument: 6,
    export: 'poisoned',
    onNonFinite: 'skip',
    logger: { info: () => undefined, warn: (line) => void lines.push(line) },
  });
  expect([step, skipped]).toEqual([6, 1]);
  expect(lines).toEqual([
    expect.stringContaining('step not kept: phase "distil", run 3') as string,
  ]);
});

test('errors keep their codes', async () => {
  await expect(run({ export: 'constant' })).rejects.toMatchObject({ code: 'unknown-name' });
  await expect(run({ argument: 0 })).rejects.toMatchObject({ code: 'invalid-option' });
  const nothing = new URL('./nothing.mjs', import.meta.url);
  await expect(run({ module: nothing })).rejects.toMatchObject({ code: 'worker-failed' });
});
