import { type Average, adamw, swa } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { type CheckpointRecord, distillation, memoryStore, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../src/checkpoint.js';
import { linearSource, linearStudent, optimizer, weightedLoss } from './support/linear.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

describe('what a checkpoint must have in common with its program', () => {
  interface Changes {
    readonly loss?: string;
    readonly optimizer?: string;
    readonly family?: string;
    readonly averageDecay?: number;
    readonly average?: Average;
    /** What the loss and the optimiser are set to. */
    readonly temperature?: number;
    readonly rate?: number;
  }
  const renamed = (changes: Changes = {}) => {
    const student = linearStudent();
    return distillation({
      student: { ...student, config: { family: changes.family ?? 'linear' } },
      loss: {
        ...weightedLoss,
        name: changes.loss ?? weightedLoss.name,
        config: { temperature: changes.temperature ?? 1 },
      },
      optimizer: {
        ...adamw({ rate: changes.rate ?? 0.05 }),
        name: changes.optimizer ?? optimizer.name,
      },
      batches: linearSource(16),
      steps: 4,
      ...(changes.average === undefined
        ? { averageDecay: changes.averageDecay ?? 0.9 }
        : { average: changes.average }),
    });
  };

  test.each([
    { loss: 'another' },
    { optimizer: 'another' },
    { family: 'another' },
    { averageDecay: 0.5 },
    { temperature: 2 },
    { rate: 0.01 },
    { average: swa({ start: 2 }) },
  ])('is more than shapes: refuses %j', async (change) => {
    const checkpoints = memoryStore();
    await train(renamed(), { engine, checkpoints });
    const call = train(renamed(change), { engine, checkpoints });
    await expect(call).rejects.toMatchObject({ code: 'checkpoint-mismatch' });
  });

  test('is another setting of the average too', async () => {
    const checkpoints = memoryStore();
    await train(renamed({ average: swa({ start: 2 }) }), { engine, checkpoints });
    const call = train(renamed({ average: swa({ start: 3 }) }), { engine, checkpoints });
    await expect(call).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
      given: expect.stringContaining('settings') as string,
    });
  });

  test('is no settings in a record without them', async () => {
    const checkpoints = memoryStore();
    const { hash } = await train(renamed(), { engine, checkpoints });
    const bytes = (await checkpoints.read('last'))!;
    const { record, state } = await decodeCheckpoint<CheckpointRecord>('last', bytes);
    const { settings, ...old } = record;
    expect(settings).toMatch(/^[0-9a-f]{64}$/);
    await checkpoints.write('last', await encodeCheckpoint(old, state));
    expect((await train(renamed({ rate: 0.01 }), { engine, checkpoints })).hash).toBe(hash);
  });

  test('is shapes alone in a record without a config', async () => {
    const checkpoints = memoryStore();
    const { hash } = await train(renamed(), { engine, checkpoints });
    const { record, state } = await decodeCheckpoint<CheckpointRecord>(
      'last',
      (await checkpoints.read('last'))!,
    );
    const { config, settings: _settings, ...old } = record;
    expect(config).toMatch(/^[0-9a-f]{64}$/);
    await checkpoints.write('last', await encodeCheckpoint(old, state));
    expect((await train(renamed({ loss: 'another' }), { engine, checkpoints })).hash).toBe(hash);
  });
});
