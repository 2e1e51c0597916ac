import { type HostTensor, leaves } from '@limbeck/core';
import { ema, sgd, swa } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { distillation, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linearSource, linearStudent, weightedLoss } from './support/linear.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const averaged = (options: object, steps = 6) =>
  distillation({
    student: linearStudent(0),
    loss: weightedLoss,
    optimizer: sgd({ rate: 0.5 }),
    batches: linearSource(16),
    steps,
    ...options,
  });

const numbers = (tree: unknown): number[] =>
  leaves<HostTensor>(tree).flatMap(([, { data }]) => Array.from(data as Float32Array));

describe('the average that ships', () => {
  test('is the mean of the last parameters with swa', async () => {
    const after = await Promise.all(
      [4, 5, 6].map(async (steps) => {
        const { state } = await train(averaged({}, steps), { engine });
        return numbers(state.student.parameters);
      }),
    );
    const { students, state } = await train(averaged({ average: swa({ start: 4 }) }), { engine });
    const shipped = Object.values(students['student']!.values).flatMap(({ data }) =>
      Array.from(data as Float32Array),
    );
    expect(shipped).toEqual(numbers(state.average));
    shipped.forEach((value, i) => {
      const mean = after.reduce((sum, run) => sum + run[i]!, 0) / 3;
      expect(value).toBeCloseTo(mean, 5);
    });
    expect(shipped).not.toEqual(after[2]);
  });

  test('is what averageDecay makes with an ema that is held back', async () => {
    const [a, b] = await Promise.all(
      [{ averageDecay: 0.9 }, { average: ema({ decay: 0.9, warmup: true }) }].map((options) =>
        train(averaged(options), { engine }),
      ),
    );
    expect(a!.hash).toBe(b!.hash);
  });

  test('is one of the two', () => {
    expect(() => averaged({ averageDecay: 0.9, average: swa({ start: 1 }) })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }) as Error,
    );
    expect(() => averaged({ averageDecay: 1.5 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }) as Error,
    );
  });
});
