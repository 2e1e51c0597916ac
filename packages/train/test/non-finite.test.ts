import type { Event } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { distillation, memoryStore, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linearSource, linearStudent, optimizer, weightedLoss } from './support/linear.js';
import { linear } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

describe('a loss that is not finite', () => {
  const poisoned = () =>
    distillation({
      student: linearStudent(),
      loss: weightedLoss,
      optimizer,
      batches: linearSource(16, (batch, at) => {
        if (at === 7) batch.inputs.x.data[3] = Number.NaN;
      }),
      steps: 30,
    });

  test('names phase and batch, and leaves the last checkpoint whole', async () => {
    const checkpoints = memoryStore();
    const call = train(poisoned(), { engine, checkpoints, checkpointEvery: 5 });
    await expect(call).rejects.toMatchObject({
      code: 'non-finite-loss',
      where: 'phase "distil", run 8, batch at {"at":7}',
    });
    // Mended data go on from there.
    const mended = distillation({
      student: linearStudent(),
      loss: weightedLoss,
      optimizer,
      batches: linearSource(16),
      steps: 30,
    });
    const events: Event[] = [];
    await train(mended, { engine, checkpoints, onEvent: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ kind: 'train/resumed', step: 5 });
  });

  test('is not saved where it has reached the state first', async () => {
    const program = linear();
    const start = program.init;
    const broken = {
      ...program,
      init: (rng: Parameters<typeof start>[0]) => {
        const made = start(rng);
        // No metric reads the average: only the check of what is saved can see it.
        (made.average as { bias: { data: Float32Array } }).bias.data[0] = Infinity;
        return made;
      },
    };
    await expect(train(broken, { engine, checkpoints: memoryStore() })).rejects.toMatchObject({
      code: 'non-finite-loss',
      given: expect.stringContaining('average/bias') as string,
    });
  });
});
