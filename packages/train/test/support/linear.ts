import { hostTensor, type Json, Rng } from '@limbeck/core';
import { adamw } from '@limbeck/optim';
import { exampleLoss, type Logits, type Model, oneHot, type Tensor } from '@limbeck/tensor';
import type { BatchSource } from '@limbeck/train';

/** Eight numbers an example. */
export type LinearInputs = { readonly x: Tensor };
/** Inputs with labels and weights. */
export type LinearBatch = {
  readonly inputs: LinearInputs;
  readonly labels: Tensor;
  readonly weights: Tensor;
};
type LinearParameters = { readonly weight: Tensor; readonly bias: Tensor };

/** A linear classifier with dropout on its inputs. */
export function linearStudent(rate = 0.1): Model<LinearInputs, Logits, LinearParameters> {
  return {
    config: { family: 'linear' },
    inputs: { x: { dtype: 'float32', shape: ['batch', 8] } },
    init: (rng) => ({
      parameters: {
        weight: hostTensor(
          'float32',
          [8, 3],
          Array.from({ length: 24 }, () => rng.normal() * 0.1),
        ),
        bias: hostTensor('float32', [3], [0, 0, 0]),
      },
      state: {},
    }),
    apply: ({ parameters: { weight, bias }, inputs: { x }, state, context }) => {
      const keep = 1 - rate;
      const kept =
        context.training && rate > 0
          ? x.mul(context.random('drop').keep(keep, x.shape).cast('float32').div(keep))
          : x;
      return { outputs: { logits: kept.affine(weight, bias) }, state };
    },
  };
}

/** Cross-entropy of weighted examples. */
export const weightedLoss = exampleLoss(
  'crossEntropy',
  ({ student, labels, weights }: { student: Logits; labels: Tensor; weights: Tensor }) => ({
    items: oneHot(labels, 3).mul(student.logits.logSoftmax()).sum(-1).neg(),
    weights,
  }),
);

/** The optimiser of the tests. */
export const optimizer = adamw({ rate: 0.05 });

/** One batch of seeded rows whose weights differ widely. */
export function linearBatch(rows: number, seed: number) {
  const rng = Rng.from(seed).stream('linear');
  const x = Array.from({ length: rows * 8 }, () => rng.normal());
  const labels = Array.from({ length: rows }, (_, i) =>
    x[i * 8]! > 0 ? 1 : x[i * 8 + 1]! > 0 ? 2 : 0,
  );
  const weights = Array.from({ length: rows }, () => 0.1 + 5 * rng.uniform());
  return {
    inputs: { x: hostTensor('float32', [rows, 8], x) },
    labels: hostTensor('int64', [rows], labels),
    weights: hostTensor('float32', [rows], weights),
  };
}

/** What a batch looks like. */
export const linearSpecs = {
  inputs: { x: { dtype: 'float32', shape: ['batch', 8] } },
  labels: { dtype: 'int64', shape: ['batch'] },
  weights: { dtype: 'float32', shape: ['batch'] },
} as const;

/** Endless batches of `rows` each, which differ; `change` edits the batch of a position. */
export function linearSource(
  rows: number,
  change: (batch: ReturnType<typeof linearBatch>, at: number) => void = () => undefined,
): BatchSource<LinearBatch> {
  return {
    specs: linearSpecs,
    async *open(from?: Json) {
      const start = (from as { readonly at: number } | undefined)?.at ?? 0;
      for (let at = start; ; at++) {
        const batch = linearBatch(rows, at);
        change(batch, at);
        yield { batch, position: { at: at + 1 } };
      }
    },
  };
}
