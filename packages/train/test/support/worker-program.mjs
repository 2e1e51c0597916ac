// Plain JavaScript over the built packages: what a worker thread loads without a loader.
import { hostTensor, Rng } from '@limbeck/core';
import { softTargets } from '@limbeck/losses';
import { mlp } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import { distillation } from '@limbeck/train';

/** A program that a worker makes for itself. */
export default function program(steps) {
  const numbers = (rng, rows, width) =>
    hostTensor(
      'float32',
      [rows, width],
      Array.from({ length: rows * width }, () => rng.normal()),
    );
  return distillation({
    student: mlp({ width: 4, hidden: [8], labels: ['a', 'b', 'c'], dropout: 0.1 }),
    loss: softTargets(),
    optimizer: adamw({ rate: 0.02 }),
    steps,
    batches: {
      specs: {
        inputs: { features: { dtype: 'float32', shape: ['batch', 4] } },
        teacher: { logits: { dtype: 'float32', shape: ['batch', 3] } },
      },
      async *open(from) {
        for (let at = from?.at ?? 0; ; at++) {
          const rng = Rng.from(at);
          const inputs = { features: numbers(rng, 16, 4) };
          const teacher = { logits: numbers(rng, 16, 3) };
          yield { batch: { inputs, teacher }, position: { at: at + 1 } };
        }
      },
    },
  });
}

/** The same with a NaN in its third batch. */
export function poisoned(steps) {
  const made = program(steps);
  const { specs, open } = made.batches.distil;
  return {
    ...made,
    batches: {
      distil: {
        specs,
        async *open(from) {
          for await (const fed of open(from)) {
            if (fed.position.at === 3) fed.batch.inputs.features.data[0] = Number.NaN;
            yield fed;
          }
        },
      },
    },
  };
}

/** No function. */
export const constant = 1;
