import { type Event, type HostTensor, hostTensor, leaves } from '@limbeck/core';
import { adamw, clipByGlobalNorm, sgd } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  type Empty,
  exampleLoss,
  full,
  type Logits,
  type Loss,
  type Tensor,
  where,
} from '@limbeck/tensor';
import {
  type BatchSource,
  distillation,
  memoryStore,
  train,
  type TrainOptions,
} from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type LinearBatch,
  linearBatch,
  linearSource,
  linearSpecs,
  linearStudent,
  weightedLoss,
} from './support/linear.js';
import { linear, stopAt } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** Which batches of a source hold a NaN. */
const poison = (...bad: readonly number[]) =>
  linearSource(16, (batch, at) => {
    if (bad.includes(at)) batch.inputs.x.data[3] = Number.NaN;
  });

/** The batches without some of them. */
function without(...left: readonly number[]): BatchSource<LinearBatch> {
  return {
    specs: linearSpecs,
    async *open() {
      for (let at = 0; ; at++) {
        if (!left.includes(at)) yield { batch: linearBatch(16, at), position: { at: at + 1 } };
      }
    },
  };
}

const program = (batches: BatchSource<LinearBatch>, more: object = {}) =>
  distillation({
    student: linearStudent(0),
    loss: weightedLoss,
    optimizer: adamw({ rate: 0.05 }),
    batches,
    steps: 12,
    ...more,
  });

const numbers = (tree: unknown): number[] =>
  leaves<HostTensor>(tree).flatMap(([, { data }]) => Array.from(data as Float32Array));

type Weighed = Parameters<typeof weightedLoss.apply>[0];

/** A loss that remembers how much weight it has seen, from micro-batch to micro-batch. */
const remembering: Loss<Weighed, Empty, { readonly seen: Tensor }> = {
  ...weightedLoss,
  init: () => ({ parameters: {}, state: { seen: hostTensor('float32', [], [0]) } }),
  apply: (signals, given) => {
    const { terms } = weightedLoss.apply(signals, { ...given, state: {} });
    return { terms, state: { seen: given.state.seen.add(signals.weights.sum()) } };
  },
};

type Needs = { readonly student: Logits; readonly weights: Tensor };
const lossOf = (equation: (logits: Tensor, weights: Tensor) => Tensor) =>
  exampleLoss('odd', ({ student, weights }: Needs) => equation(student.logits, weights));

describe('a step that is not finite stops the run', () => {
  test('naming phase, batch and what was fed, and leaves the last checkpoint whole', async () => {
    const checkpoints = memoryStore();
    const call = train(program(poison(7)), { engine, checkpoints, checkpointEvery: 5 });
    await expect(call).rejects.toMatchObject({
      code: 'non-finite-loss',
      where: 'phase "distil", run 8, batch at {"at":7}',
      given: `crossEntropy = NaN; first not finite: the batch's "inputs/x", where 1 of 128 is NaN, the first at 3`,
      next: expect.stringContaining('Look at this batch') as string,
    });
    // Mended data go on from there.
    const events: Event[] = [];
    const onEvent = (event: Event): void => void events.push(event);
    await train(program(linearSource(16)), { engine, checkpoints, onEvent });
    expect(events[0]).toMatchObject({ kind: 'train/resumed', step: 5 });
  });

  test('naming the operator, its scope, and the range of what it was given', async () => {
    const large = linearSource(16, (batch, at) => {
      if (at === 2) batch.inputs.x.data.fill(3e4);
    });
    const loss = lossOf((logits) => logits.exp().sum(-1).log());
    const call = train(program(large, { loss }), { engine });
    await expect(call).rejects.toMatchObject({
      where: 'phase "distil", run 3, batch at {"at":2}',
      given: expect.stringMatching(
        /^odd = Infinity; first not finite: exp in loss, where \d+ of 48 are Infinity, the first at \d+, of float32 \[16, 3\] from -?\d/,
      ) as string,
    });
  });

  test('not blaming an infinity that a mask takes away', async () => {
    const loss = lossOf((logits, weights) => {
      const shown = weights
        .greater(0)
        .reshape([...weights.shape, 1])
        .expand(logits.shape);
      const masked = where(shown, logits, full(logits.shape, -Infinity));
      const hidden = where(shown, masked, 0);
      // A weight is never below 0.1, but for the batch that breaks the root.
      return hidden.sum(-1).add(weights.sub(0.05).sqrt());
    });
    const broken = linearSource(16, (batch, at) => {
      if (at === 1) batch.weights.data[5] = 0;
    });
    const call = train(program(broken, { loss }), { engine });
    await expect(call).rejects.toMatchObject({
      given: expect.stringContaining(
        'sqrt in loss, where 1 of 16 is NaN, the first at 5',
      ) as string,
    });
  });

  test('naming the gradient where the loss itself is finite', async () => {
    // √0 has an infinite slope.
    const loss = lossOf((logits) => logits.sub(logits.stopGradient()).sum(-1).abs().sqrt());
    const optimizer = clipByGlobalNorm(sgd({ rate: 0.1 }), 1);
    const call = train(program(linearSource(8), { loss, optimizer }), { engine });
    await expect(call).rejects.toMatchObject({
      given: expect.stringMatching(
        /^gradientNorm = (NaN|Infinity); first not finite: div in /,
      ) as string,
    });
  });

  test('naming the state that an update before has broken', async () => {
    const made = program(linearSource(8));
    const init: typeof made.init = (rng) => {
      const state = made.init(rng);
      (state.student.parameters as { bias: HostTensor }).bias.data[1] = Infinity;
      return state;
    };
    await expect(train({ ...made, init }, { engine })).rejects.toMatchObject({
      given: expect.stringContaining(
        `the state's "student/parameters/bias", where 1 of 3 is Infinity`,
      ) as string,
      next: expect.stringContaining('clipByGlobalNorm') as string,
    });
  });

  test('naming the micro-batch', async () => {
    const call = train(program(poison(7), { microBatches: 3 }), { engine });
    await expect(call).rejects.toMatchObject({
      where: 'phase "distil", run 3, batch at {"at":6}',
      given: expect.stringContaining(`micro-batch 2, the batch's "inputs/x"`) as string,
    });
  });

  test('is not saved where it has reached the state first', async () => {
    const made = linear();
    const init: typeof made.init = (rng) => {
      const state = made.init(rng);
      // No metric reads the average: only the check of what is saved can see it.
      (state.average as { bias: { data: Float32Array } }).bias.data[0] = Infinity;
      return state;
    };
    const call = train({ ...made, init }, { engine, checkpoints: memoryStore() });
    await expect(call).rejects.toMatchObject({
      code: 'non-finite-loss',
      given: expect.stringContaining('average/bias') as string,
    });
  });
});

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
    whole.forEach((value, i) =>
      expect((part[i]! - before[i]!) * 4).toBeCloseTo(value - before[i]!, 5),
    );
  });

  test.each([0, 1, Number.NaN])('of %d is refused', async (lowerRate) => {
    const call = train(program(linearSource(8)), { engine, onNonFinite: { lowerRate } });
    await expect(call).rejects.toMatchObject({ code: 'invalid-option' });
  });
});

test('a metric that is not finite without reason in the graph is still an error', async () => {
  const made = program(linearSource(8));
  const flaky: Engine = {
    provider: engine.provider,
    threads: engine.threads,
    load: async (graph) => {
      const runner = await engine.load(graph);
      return {
        inputs: runner.inputs,
        outputs: runner.outputs,
        run: (...given) => runner.run(...given),
        dispose: () => runner.dispose(),
        stepper: async (options) => {
          const stepper = await runner.stepper(options);
          return {
            read: (names) => stepper.read(names),
            write: (state) => stepper.write(state),
            dispose: () => stepper.dispose(),
            step: async (...given) => {
              const out = await stepper.step(...given);
              return { ...out, 'metric/loss': hostTensor('float32', [], [Number.NaN]) };
            },
          };
        },
      };
    },
    dispose: () => Promise.resolve(),
  };
  await expect(train(made, { engine: flaky })).rejects.toMatchObject({
    given: 'loss = NaN; not so when the step was run again to find the node',
  });
});
