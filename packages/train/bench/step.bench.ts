import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import { softTargets } from '@limbeck/losses';
import { mlp } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import type { Engine, HostTensors, Runner } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Tensor } from '@limbeck/tensor';
import { type BatchSource, distillation, train } from '@limbeck/train';
import { bench, do_not_optimize, run, summary } from 'mitata';

// A student of the size of the code-language example's: 4,096 features, 24 hidden units, 22 classes.
const width = 4096;
const labels = Array.from({ length: 22 }, (_, i) => `language ${i}`);
const rows = 64;
const steps = 50;

type Batch = {
  readonly inputs: { readonly features: Tensor };
  readonly teacher: { readonly logits: Tensor };
};

const rng = Rng.from(1);
const random = (columns: number): HostTensor =>
  hostTensor(
    'float32',
    [rows, columns],
    Float32Array.from({ length: rows * columns }, () => rng.normal()),
  );
const batch = {
  inputs: { features: random(width) },
  teacher: { logits: random(labels.length) },
};
const batches: BatchSource<Batch> = {
  specs: {
    inputs: { features: { dtype: 'float32', shape: ['batch', width] } },
    teacher: { logits: { dtype: 'float32', shape: ['batch', labels.length] } },
  },
  async *open() {
    for (;;) yield { batch, position: null };
  },
};
const program = distillation({
  student: mlp({ width, hidden: [24], labels }),
  loss: softTargets(),
  optimizer: adamw({ rate: 0.01 }),
  batches,
  steps,
});

const real = await nodeEngine();
let session: Runner | undefined;
let feeds: HostTensors = {};
// Remembers the step's session and what it was last fed, so that it can be run bare.
const engine: Engine = {
  ...real,
  load: async (graph) => {
    const runner = await real.load(graph);
    return {
      ...runner,
      run: (given, fetch) => {
        [session, feeds] = [runner, given];
        return runner.run(given, fetch);
      },
      // Kept for the bare runs; the engine lets it go.
      dispose: () => Promise.resolve(),
    };
  },
  dispose: () => real.dispose(),
};
await train(program, { engine });
const bare = session!;

summary(() => {
  bench(`${steps} steps by train(), compilation included`, async () =>
    do_not_optimize((await train(program, { engine: real })).hash));
  bench(`${steps} runs of the bare session`, async () => {
    for (let i = 0; i < steps; i++) do_not_optimize(await bare.run(feeds));
  });
});
await run();
await real.dispose();
