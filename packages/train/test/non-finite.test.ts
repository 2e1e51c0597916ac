import { type Event, type HostTensor, hostTensor } from '@limbeck/core';
import { clipByGlobalNorm, sgd } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { exampleLoss, full, type Logits, type Tensor, where } from '@limbeck/tensor';
import { memoryStore, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linearSource } from './support/linear.js';
import { poison, program } from './support/poisoned.js';
import { linear } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

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
