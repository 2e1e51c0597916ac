import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import { type Loss, type Model, oneHot, type Tensor } from '@limbeck/tensor';
import type { BatchSource } from '@limbeck/train';

const vocabulary = 7;
const classes = 5;
const width = 3;

type TokenInputs = { readonly ids: Tensor };
type TokenLogits = { readonly logits: Tensor };
type TokenParameters = { readonly table: Tensor; readonly weight: Tensor; readonly bias: Tensor };

/** Rows of different lengths, padded to the longest. */
export type TokenBatch = {
  readonly inputs: TokenInputs;
  /** int64 `[batch, tokens]`. */
  readonly labels: Tensor;
  /** What a token weighs; 0 for padding. float32 `[batch, tokens]`. */
  readonly weights: Tensor;
};

/** A token classifier: an embedding, tanh, a linear map. */
export const tokenStudent: Model<TokenInputs, TokenLogits, TokenParameters> = {
  config: { family: 'tokens' },
  inputs: { ids: { dtype: 'int64', shape: ['batch', 'tokens'] } },
  init: (rng) => {
    const normal = (...shape: number[]): HostTensor<'float32'> => {
      const size = shape.reduce((a, b) => a * b, 1);
      return hostTensor(
        'float32',
        shape,
        Array.from({ length: size }, () => rng.normal()),
      );
    };
    return {
      parameters: {
        table: normal(vocabulary, width),
        weight: normal(width, classes),
        bias: normal(classes),
      },
      state: {},
    };
  },
  apply: ({ parameters: { table, weight, bias }, inputs: { ids }, state }) => ({
    outputs: { logits: table.gather(ids).tanh().affine(weight, bias) },
    state,
  }),
};

type TokenNeeds = Pick<TokenBatch, 'labels' | 'weights'> & { readonly student: TokenLogits };

/** Cross-entropy of weighted tokens, and the mean square of each row's summed logits at another scale. */
export const tokenLosses: Loss<TokenNeeds> = {
  name: 'tokens',
  per: 'token',
  apply: ({ student: { logits }, labels, weights }, { state }) => {
    const said = oneHot(labels, classes).mul(logits.logSoftmax()).sum(-1).neg();
    const shown = weights.greater(0).cast('float32');
    const summed = logits.sum(-1).mul(shown).sum(-1);
    return {
      terms: [
        { name: 'said', items: said, weights },
        { name: 'size', items: summed.square(), scale: 0.01 },
      ],
      state,
    };
  },
};

/** One row: ids, labels and weights of as many tokens. */
export interface TokenRow {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  readonly weights: readonly number[];
}

/** A row of seeded tokens whose weights differ widely. */
export function tokenRow(length: number, seed: number): TokenRow {
  const rng = Rng.from(seed).stream('tokens');
  const numbers = (draw: () => number): number[] => Array.from({ length }, draw);
  return {
    ids: numbers(() => rng.bits() % vocabulary),
    labels: numbers(() => rng.bits() % classes),
    weights: numbers(() => 0.1 + 5 * rng.uniform()),
  };
}

/** Rows as one batch, padded to their longest. */
export function tokenBatch(rows: readonly TokenRow[]) {
  const tokens = Math.max(...rows.map(({ ids }) => ids.length));
  const padded = (pick: (row: TokenRow) => readonly number[], padding: number): number[] =>
    rows.flatMap((row) => Array.from({ length: tokens }, (_, i) => pick(row)[i] ?? padding));
  const shape = [rows.length, tokens];
  return {
    inputs: {
      ids: hostTensor(
        'int64',
        shape,
        padded(({ ids }) => ids, 6),
      ),
    },
    labels: hostTensor(
      'int64',
      shape,
      padded(({ labels }) => labels, 2),
    ),
    weights: hostTensor(
      'float32',
      shape,
      padded(({ weights }) => weights, 0),
    ),
  };
}

/** These batches, over and over. */
export function tokenSource(
  batches: readonly ReturnType<typeof tokenBatch>[],
): BatchSource<TokenBatch> {
  const shape = ['batch', 'tokens'];
  return {
    specs: {
      inputs: { ids: { dtype: 'int64', shape } },
      labels: { dtype: 'int64', shape },
      weights: { dtype: 'float32', shape },
    },
    async *open() {
      for (;;) for (const batch of batches) yield { batch, position: null };
    },
  };
}
