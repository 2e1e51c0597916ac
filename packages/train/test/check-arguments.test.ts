import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  type AccumulatingPhase,
  distillation,
  packStudent,
  type Phase,
  train,
  type TrainOptions,
} from '@limbeck/train';
import { exportStudent, folderStore, trainInWorker } from '@limbeck/train/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linear } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const module = new URL('./support/worker-program.mjs', import.meta.url);
const wrong = (value: unknown): never => value as never;
const refused = (where: string, given: string) =>
  expect.objectContaining({ code: 'invalid-option', where, given }) as unknown;

describe('what callers without types may pass', () => {
  test.each<[where: string, given: string, call: () => unknown]>([
    ['train', 'no engine', () => train(linear(), wrong({}))],
    ['train', 'an engine that cannot load graphs', () => train(linear(), wrong({ engine: {} }))],
    ['train', 'null as options', () => train(linear(), wrong(null))],
    [
      'train',
      'a program without init, next, phases, batches, students',
      () => train(wrong(null), { engine }),
    ],
    ['train', 'seed 4294967296', () => train(linear(), { engine, seed: 2 ** 32 })],
    ['distillation', 'null as options', () => distillation(wrong(null))],
    [
      'distillation',
      'no student, no loss, no optimizer, no batches',
      () => distillation(wrong({ loss: null })),
    ],
    ['export', 'no student', () => packStudent(wrong(undefined), { engine })],
    ['exportStudent', 'undefined as options', () => exportStudent(wrong({}), wrong(undefined))],
    ['exportStudent', 'the folder 1', () => exportStudent(wrong({}), wrong({ folder: 1 }))],
    ['folderStore', 'the folder ""', () => folderStore('')],
    ['trainInWorker', 'undefined as options', () => trainInWorker(wrong(undefined))],
    ['trainInWorker', 'the module "x.mjs"', () => trainInWorker(wrong({ module: 'x.mjs' }))],
  ])('%s says that it was given %s', async (where, given, call) => {
    await expect(async () => call()).rejects.toEqual(refused(where, given));
  });

  test('an argument that cannot be sent to the worker', async () => {
    await expect(trainInWorker({ module, argument: wrong(() => 1) })).rejects.toMatchObject({
      code: 'invalid-option',
      where: 'trainInWorker',
      given: expect.stringContaining('could not be cloned') as string,
    });
  });

  test('the largest seed is that of 32 bits', async () => {
    const { step } = await train(linear({ steps: 1 }), { engine, seed: 2 ** 32 - 1 });
    expect(step).toBe(1);
  });
});

describe('a phase that returns', () => {
  const run = (phase: unknown, options: TrainOptions) =>
    train({ ...linear({ steps: 1 }), phases: { distil: phase as never } }, options);
  const plain = linear().phases.distil as unknown as Phase<never, never>;
  const accumulating = linear({ microBatches: 2 }).phases.distil as unknown as AccumulatingPhase<
    never,
    never
  >;
  test.each<[given: string, phase: unknown]>([
    ['nothing', () => undefined],
    ['no metrics', (...given: Parameters<typeof plain>) => ({ state: plain(...given).state })],
    ['no state', () => ({ metrics: {} })],
    ['nothing', { ...accumulating, finish: () => undefined }],
  ])('%s is told so', async (given, phase) => {
    await expect(run(phase, { engine })).rejects.toMatchObject({
      code: 'invalid-data',
      where: 'phase "distil"',
      given: `${given} in return`,
    });
  });
});
