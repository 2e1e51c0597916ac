import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { adam, adamw, clipByGlobalNorm, cosine, sgd } from '@limbeck/optim';
import type { OnnxGraph, Optimizer, TensorTree } from '@limbeck/tensor';
import { distillation, memoryStore, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linearSource, linearStudent, weightedLoss } from './support/linear.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** The same engine, which says that it has no kernels, or notes which of them it is handed. */
function watched(kernels: readonly string[], used: Set<string> = new Set()): Engine {
  return {
    provider: engine.provider,
    threads: engine.threads,
    kernels,
    load: (graph) => {
      const { tail } = graph as OnnxGraph;
      for (const { kernel } of tail?.steps ?? []) used.add(kernel);
      return engine.load(graph);
    },
    dispose: async () => undefined,
  };
}

const program = (optimizer: Optimizer<TensorTree>, microBatches = 1, steps = 12) =>
  distillation({
    student: linearStudent(),
    loss: weightedLoss,
    optimizer,
    batches: linearSource(16),
    steps,
    averageDecay: 0.9,
    microBatches,
  });

const optimizers: { readonly [name: string]: () => Optimizer<TensorTree> } = {
  'adamw, clipped': () =>
    clipByGlobalNorm(adamw({ rate: cosine({ peak: 0.05, warmup: 0.2 }), weightDecay: 0.1 }), 0.5),
  'adam with decay': () => adam({ rate: 0.05, weightDecay: 0.1 }),
  'momentum, clipped': () => clipByGlobalNorm(sgd({ rate: 0.1, momentum: 0.9, nesterov: true }), 1),
  'plain descent': () => sgd({ rate: 0.1 }),
};

describe.each(Object.entries(optimizers))('updates in place: %s', (_name, optimizer) => {
  test.each([1, 3])(
    'ends with the bits of the whole graph, with %i micro-batches',
    async (parts) => {
      const used = new Set<string>();
      const inPlace = watched(engine.kernels!, used);
      const [a, b] = [
        await train(program(optimizer(), parts), { engine: watched([]), seed: 3 }),
        await train(program(optimizer(), parts), { engine: inPlace, seed: 3 }),
      ];
      expect(b.hash).toBe(a.hash);
      expect(used).toContain('movingAverage');
      expect(used.size).toBeGreaterThan(1);
    },
  );

  test('goes on from a checkpoint with the same bits, whichever way it was written', async () => {
    const whole = await train(program(optimizer()), { engine, seed: 3 });
    const store = memoryStore();
    const stop = new AbortController();
    const first = train(program(optimizer()), {
      engine,
      seed: 3,
      checkpoints: store,
      abortSignal: stop.signal,
      reportEvery: 1,
      onEvent: (said) => {
        if (said['step'] === 5) stop.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'interrupted' });
    const resumed = await train(program(optimizer()), {
      engine: watched([]),
      seed: 3,
      checkpoints: store,
    });
    expect(resumed.hash).toBe(whole.hash);
  });
});
