import { adamw } from '@limbeck/optim';
import { type BatchSource, distillation } from '@limbeck/train';
import {
  type LinearBatch,
  linearBatch,
  linearSource,
  linearSpecs,
  linearStudent,
  weightedLoss,
} from './linear.js';

/** Which batches of a source hold a NaN. */
export const poison = (...bad: readonly number[]) =>
  linearSource(16, (batch, at) => {
    if (bad.includes(at)) batch.inputs.x.data[3] = Number.NaN;
  });

/** The batches without some of them. */
export function without(...left: readonly number[]): BatchSource<LinearBatch> {
  return {
    specs: linearSpecs,
    async *open() {
      for (let at = 0; ; at++) {
        if (!left.includes(at)) yield { batch: linearBatch(16, at), position: { at: at + 1 } };
      }
    },
  };
}

/** Twelve steps without anything random, but for what `more` says. */
export const program = (batches: BatchSource<LinearBatch>, more: object = {}) =>
  distillation({
    student: linearStudent(0),
    loss: weightedLoss,
    optimizer: adamw({ rate: 0.05 }),
    batches,
    steps: 12,
    ...more,
  });
