import { type Event, Rng } from '@limbeck/core';
import { sgd } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { type BatchSource, distillation, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type LinearBatch,
  linearBatch,
  linearSpecs,
  linearStudent,
  optimizer,
  weightedLoss,
} from './support/linear.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** Epochs of batches with so many rows each. */
const source = (...rows: readonly number[]): BatchSource<LinearBatch> => ({
  specs: linearSpecs,
  async *open(from) {
    for (let at = Number(from ?? 0); ; at++) {
      const i = at % rows.length;
      const batch = linearBatch(rows[i]!, rows.slice(0, i).filter((count) => count > 0).length);
      yield { batch, position: at + 1, endOfEpoch: i === rows.length - 1 };
    }
  },
});

const program = (batches: BatchSource<LinearBatch>, microBatches = 1) =>
  distillation({
    student: linearStudent(0),
    loss: weightedLoss,
    optimizer,
    batches,
    steps: 6,
    microBatches,
  });

describe('batches without rows', () => {
  test.each([1, 2])('are passed over and told, with micro-batches of %d', async (microBatches) => {
    const events: Event[] = [];
    const gaps = program(source(4, 0, 5, 0), microBatches);
    const onEvent = (event: Event): void => void events.push(event);
    const found = await train(gaps, { engine, onEvent });
    const expected = await train(program(source(4, 5), microBatches), { engine });
    expect(found.hash).toBe(expected.hash);
    const told = events.filter(({ kind }) => kind === 'train/empty-batch');
    expect(told.slice(0, 2)).toMatchObject([
      { phase: 'distil', at: 1 },
      { phase: 'distil', at: 3 },
    ]);
  });

  test('end the run where there are no others', async () => {
    await expect(train(program(source(0, 0)), { engine })).rejects.toMatchObject({
      code: 'invalid-data',
      where: 'batches of phase "distil"',
      given: expect.stringContaining('without rows') as string,
    });
    const endless: BatchSource<LinearBatch> = {
      specs: linearSpecs,
      async *open() {
        for (;;) yield { batch: linearBatch(0, 0), position: 0 };
      },
    };
    await expect(train(program(endless), { engine })).rejects.toMatchObject({
      code: 'invalid-data',
    });
  });
});

describe('a step whose weights are all 0', () => {
  const masked = (rows: number): BatchSource<LinearBatch> => ({
    specs: linearSpecs,
    async *open(from) {
      for (let at = Number(from ?? 0); ; at++) {
        const batch = linearBatch(rows, at);
        batch.weights.data.fill(0);
        yield { batch, position: at + 1 };
      }
    },
  });

  test.each([1, 2])('has the gradient 0 and counts, with micro-batches of %d', async (count) => {
    const still = distillation({
      student: linearStudent(0),
      loss: weightedLoss,
      optimizer: sgd({ rate: 1 }),
      batches: masked(4),
      steps: 2,
      microBatches: count,
    });
    const { step, state } = await train(still, { engine });
    expect(step).toBe(2);
    const fresh = linearStudent(0).init(Rng.from(0).stream('init').stream('student'));
    expect(state.student.parameters.weight.data).toEqual(fresh.parameters.weight.data);
  });
});
