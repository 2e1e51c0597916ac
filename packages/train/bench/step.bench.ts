// A step of train() beside the same session's steps alone. With --record the result is kept in results/step.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import { softTargets } from '@limbeck/losses';
import { mlp } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import type { Engine, HostTensors, Stepper } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Tensor } from '@limbeck/tensor';
import { type BatchSource, distillation, train } from '@limbeck/train';

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
const stepOf: { stepper?: Stepper; feeds: HostTensors } = { feeds: {} };
// Remembers the stepper and what it was last fed, so that the same session can be run bare.
const engine: Engine = {
  provider: real.provider,
  threads: real.threads,
  load: async (graph) => {
    const runner = await real.load(graph);
    return {
      inputs: runner.inputs,
      outputs: runner.outputs,
      run: (feeds, fetch) => runner.run(feeds, fetch),
      stepper: async (options) => {
        const stepper = await runner.stepper(options);
        stepOf.stepper = stepper;
        return {
          step: (feeds, fetch) => {
            stepOf.feeds = feeds;
            return stepper.step(feeds, fetch);
          },
          read: (names) => stepper.read(names),
          write: (state) => stepper.write(state),
          dispose: () => Promise.resolve(),
        };
      },
      // Kept for the bare steps; the engine lets it go.
      dispose: () => Promise.resolve(),
    };
  },
  dispose: () => real.dispose(),
};
await train(program, { engine });
const { stepper, feeds } = stepOf;

/** Milliseconds a step in the middle of a run: neither compilation nor the end counts. */
async function trained(): Promise<number> {
  const times: number[] = [];
  const onEvent = ({ kind }: { readonly kind: string }): void => {
    if (kind === 'train/step') times.push(performance.now());
  };
  await train(program, { engine: real, reportEvery: 1, onEvent });
  return (times.at(-1)! - times[4]!) / (times.length - 5);
}

async function bare(): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < steps; i++) await stepper!.step(feeds);
  return (performance.now() - start) / steps;
}

// Rounds alternate, so that a busy machine slows both.
const rounds: { readonly train: number; readonly bare: number }[] = [];
for (let i = 0; i < 9; i++) rounds.push({ train: await trained(), bare: await bare() });
const of = (name: 'train' | 'bare') => {
  const sorted = rounds.map((round) => round[name]).toSorted((a, b) => a - b);
  const rounded = (value: number): number => Number(value.toPrecision(3));
  return { medianMs: rounded(sorted[sorted.length >> 1]!), bestMs: rounded(sorted[0]!) };
};
const result = { threads: real.threads, rows, width, steps, train: of('train'), bare: of('bare') };
console.log(result);
if (process.argv.includes('--record')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('step.json', folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
await real.dispose();
