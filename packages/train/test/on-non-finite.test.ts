import { type Event, type HostTensor, hostTensor, leaves } from '@limbeck/core';
import { clipByGlobalNorm, sgd } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Empty, Loss, Tensor } from '@limbeck/tensor';
import {
  type BatchSource,
  memoryStore,
  type Program,
  train,
  type TrainOptions,
} from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LinearBatch, linearSource, linearStudent, weightedLoss } from './support/linear.js';
import { poison, program, without } from './support/poisoned.js';
import { stopAt } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const numbers = (tree: unknown): number[] =>
  leaves<HostTensor>(tree).flatMap(([, { data }]) => Array.from(data as Float32Array));

type Weighed = Parameters<typeof weightedLoss.apply>[0];

/** A loss that remembers how much weight it has seen, from micro-batch to micro-batch. */
const remembering: Loss<Weighed, Empty, { readonly seen: Tensor }> = {
  name: weightedLoss.name,
  per: weightedLoss.per,
  init: () => ({ parameters: {}, state: { seen: hostTensor('float32', [], [0]) } }),
  apply: (signals, given) => {
    const { terms } = weightedLoss.apply(signals, { ...given, state: {} });
    return { terms, state: { seen: given.state.seen.add(signals.weights.sum()) } };
  },
};

describe('a step that is not finite is left out with skip', () => {
  test.each([
    [{}, [3, 8], [3, 8]],
    [{ microBatches: 2 }, [3, 9], [2, 3, 8, 9]],
    [{ averageDecay: 0.9 }, [0], [0]],
    [{ microBatches: 2, loss: remembering }, [3], [2, 3]],
    [{ loss: remembering }, [3], [3]],
  ])('as if its batches had never been: %o', async (more, bad, left) => {
    const events: Event[] = [];
    const options = {
      engine,
      onNonFinite: 'skip',
      onEvent: (event: Event) => events.push(event),
    } as const;
    const skipping = await train(program(poison(...bad), more), options);
    const clean = await train(program(without(...left), more), { engine });
    expect(skipping.hash).toBe(clean.hash);
    expect(skipping.step).toBe(12);
    expect(skipping.skipped).toBe(bad.length);
    expect(clean.skipped).toBe(0);
    const told = events.filter(({ kind }) => kind === 'train/skipped');
    expect(told).toHaveLength(bad.length);
    expect(told[0]).toMatchObject({
      level: 'warn',
      given: expect.stringContaining('inputs/x') as string,
      skipped: 1,
      rateScale: 1,
    });
  });

  test('but ten in a row end the run', async () => {
    const nine = Array.from({ length: 9 }, (_, i) => i + 2);
    const { skipped } = await train(program(poison(...nine)), { engine, onNonFinite: 'skip' });
    expect(skipped).toBe(9);
    const call = train(program(poison(...nine, 11)), { engine, onNonFinite: 'skip' });
    await expect(call).rejects.toMatchObject({
      code: 'non-finite-loss',
      given: expect.stringContaining('(10 steps in a row); first not finite') as string,
    });
  });

  test.each([2, 4, 9])('and a run killed after step %i ends with the same bits', async (step) => {
    const make = () =>
      program(poison(2, 4, 5, 9), { student: linearStudent(0.2), averageDecay: 0.9 });
    const options: TrainOptions = { engine, seed: 3, onNonFinite: { lowerRate: 0.5 } };
    const whole = await train(make(), options);
    const checkpoints = memoryStore();
    await stopAt(make() as never, step, { ...options, checkpoints });
    const resumed = await train(make(), { ...options, checkpoints });
    expect(resumed.hash).toBe(whole.hash);
    expect([whole.skipped, resumed.skipped]).toEqual([4, 4]);
  });
});

/** The loss with √0 added: its value is finite, and its gradient is not, in batches whose weights are all 2. */
const steep: typeof weightedLoss = {
  ...weightedLoss,
  apply: (signals, given) => {
    const { terms, state } = weightedLoss.apply(signals, given);
    const { logits } = signals.student;
    const root = logits.sum(-1).mul(signals.weights.sub(2)).square().sqrt();
    return { terms: terms.map((term) => ({ ...term, items: term.items.add(root) })), state };
  },
};
const steepAt = (...bad: readonly number[]) =>
  linearSource(16, (batch, at) => {
    if (bad.includes(at)) batch.weights.data.fill(2);
  });

describe('a finite loss whose gradient is not', () => {
  test.each([{}, { microBatches: 2 }, { optimizer: clipByGlobalNorm(sgd({ rate: 0.1 }), 1) }])(
    'is left out too: %o',
    async (more) => {
      const given = { optimizer: sgd({ rate: 0.1 }), loss: steep, ...more };
      const bad = 'microBatches' in more ? [6, 7] : [3];
      const options = { engine, onNonFinite: 'skip' } as const;
      const skipping = await train(program(steepAt(...bad), given), options);
      const clean = await train(program(without(...bad), given), { engine });
      expect(skipping.skipped).toBe(1);
      expect(skipping.hash).toBe(clean.hash);
    },
  );

  test('stops the run before it has done harm, and names the node', async () => {
    const call = train(program(steepAt(3), { loss: steep }), { engine });
    await expect(call).rejects.toMatchObject({
      code: 'non-finite-loss',
      where: expect.stringContaining('run 4') as string,
      given: expect.stringMatching(/^gradientNorm = .*first not finite: .* in loss/) as string,
    });
  });
});

test('a state that is not finite is nothing that a run gives, kept or not', async () => {
  const broken: Program<{ readonly weight: Tensor }, { readonly only: Empty }> = {
    steps: 1,
    init: () => ({ weight: hostTensor('float32', [2], [1, -1]) }),
    phases: { only: ({ weight }) => ({ state: { weight: weight.log() }, metrics: {} }) },
    batches: {
      only: {
        specs: {},
        async *open() {
          yield { batch: {}, position: null };
        },
      },
    },
    next: ({ step }) => (step < 1 ? 'only' : 'stop'),
    students: {},
  };
  await expect(train(broken, { engine })).rejects.toMatchObject({
    code: 'non-finite-loss',
    where: 'train, the last state at step 1',
    given: '"weight" with NaN at 1',
  });
});

describe('lowerRate', () => {
  test('multiplies every later rate', async () => {
    const rates: number[] = [];
    const onEvent = (event: Event): void => {
      if (event.kind === 'train/step') rates.push((event['metrics'] as { rate: number }).rate);
    };
    const made = program(poison(1, 4), { optimizer: sgd({ rate: 0.5 }), steps: 5 });
    await train(made, { engine, reportEvery: 1, onEvent, onNonFinite: { lowerRate: 0.5 } });
    expect(rates).toEqual([0.5, 0.25, 0.25, 0.125, 0.125]);
  });

  test('moves the parameters by so much less', async () => {
    const once = async (source: BatchSource<LinearBatch>, lowerRate: number) => {
      const made = program(source, { optimizer: sgd({ rate: 0.5 }), steps: 1 });
      const { state } = await train(made, { engine, onNonFinite: { lowerRate } });
      return numbers(state.student.parameters);
    };
    const [whole, part] = [await once(without(0), 0.5), await once(poison(0), 0.25)];
    const { state } = await train(
      program(without(0), { optimizer: sgd({ rate: 1e-30 }), steps: 1 }),
      { engine },
    );
    const before = numbers(state.student.parameters);
    const moved = whole.map((value, i) => Math.abs(value - before[i]!));
    expect(Math.max(...moved)).toBeGreaterThan(1e-2);
    whole.forEach((value, i) =>
      expect((part[i]! - before[i]!) * 4).toBeCloseTo(value - before[i]!, 5),
    );
  });

  test.each(['lower', null, 0.5])(
    'is all that may stand in place of stop and skip, not %j',
    async (option) => {
      const call = train(program(linearSource(8)), { engine, onNonFinite: option as never });
      await expect(call).rejects.toMatchObject({
        code: 'invalid-option',
        given: JSON.stringify(option),
      });
    },
  );

  test.each([0, 1, Number.NaN])('of %d is refused', async (lowerRate) => {
    const call = train(program(linearSource(8)), { engine, onNonFinite: { lowerRate } });
    await expect(call).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
