import { type HostTensor, leaves, Rng } from '@limbeck/core';
import {
  adafactor,
  adam,
  adamw,
  clipByGlobalNorm,
  clipByValue,
  cosine,
  groups,
  lamb,
  lion,
  oneCycle,
  sgd,
} from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Optimizer, TensorTree } from '@limbeck/tensor';
import { distillation, memoryStore, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linearSource, linearStudent, weightedLoss } from './support/linear.js';
import { stopAt } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const program = (optimizer: Optimizer<TensorTree>, steps = 60) =>
  distillation({
    student: linearStudent(0.05),
    loss: weightedLoss,
    optimizer,
    batches: linearSource(64),
    steps,
  });

const optimizers: readonly Optimizer<TensorTree>[] = [
  sgd({ rate: 0.3, momentum: 0.9, nesterov: true }),
  adam({ rate: 0.1, weightDecay: 1e-3 }),
  clipByGlobalNorm(adamw({ rate: cosine({ peak: 0.1, warmup: 0.1 }) }), 1),
  clipByValue(lion({ rate: oneCycle({ peak: 0.05 }) }), 1),
  lamb({ rate: 0.05 }),
  adafactor({ rate: 0.05 }),
  groups([
    { name: 'bias', match: /bias$/, optimizer: sgd({ rate: 0.1 }) },
    { name: 'rest', optimizer: adamw({ rate: 0.1 }) },
  ]),
];

describe('every optimiser in a run', () => {
  test.each(optimizers)(
    '$name learns, and goes on after an abort to the same bits',
    async (optimizer) => {
      const losses: number[] = [];
      const whole = await train(program(optimizer), {
        engine,
        reportEvery: 1,
        onEvent: (event) => {
          if (event.kind === 'train/step') losses.push((event['metrics'] as { loss: number }).loss);
        },
      });
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      expect(mean(losses.slice(-5))).toBeLessThan(0.8 * losses[0]!);
      const checkpoints = memoryStore();
      await stopAt(program(optimizer) as never, 31, { engine, checkpoints });
      const resumed = await train(program(optimizer), { engine, checkpoints });
      expect(resumed.hash).toBe(whole.hash);
    },
  );

  test('groups leave frozen parameters as they were', async () => {
    const optimizer = groups([
      { match: 'student/weight', optimizer: 'frozen' },
      { optimizer: sgd({ rate: 0.5 }) },
    ]);
    const made = program(optimizer, 5);
    const start = made.init(Rng.from(0).stream('init')).student.parameters;
    const { state } = await train(made, { engine });
    const [before, after] = [start, state.student.parameters].map((tree) =>
      Object.fromEntries(leaves<HostTensor>(tree)),
    );
    expect(after!['weight']!.data).toEqual(before!['weight']!.data);
    expect(after!['bias']!.data).not.toEqual(before!['bias']!.data);
  });
});
