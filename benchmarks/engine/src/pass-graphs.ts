import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import { grad, input, type Tensor } from '@limbeck/tensor';
import { batchCount, type Sizes } from './sizes.js';
import { batches, int64, startWeights } from './start.js';
import { stepGraph } from './step-graph.js';

/** A graph whose passes are measured, and what it is run on. */
export interface PassGraph {
  readonly name: string;
  readonly outputs: { readonly [name: string]: Tensor };
  /** What it is fed in a round. */
  feeds(round: number): { readonly [name: string]: HostTensor };
}

/** Forward and backward of the encoder, without an optimiser: the loss and the gradients come out. */
export function encoderGradients(sizes: Sizes): PassGraph {
  const { loss, gradients, state } = stepGraph(startWeights(sizes), { sizes, lookup: 'gather' });
  const all = batches(sizes, batchCount);
  const text = [sizes.batch, sizes.tokens];
  const slopes = gradients.map((gradient, i) => [`gradient/${i}`, gradient] as const);
  return {
    name: 'encoder',
    outputs: { loss, ...Object.fromEntries(slopes) },
    feeds: (round) => {
      const { ids, mask, labels } = all[round % all.length]!;
      const own = { ids: int64(text, ids), mask: int64(text, mask) };
      return { ...state, ...own, labels: int64([sizes.batch], labels) };
    },
  };
}

/** A product with a vocabulary, its cross-entropy, and the gradients by both factors. */
export function vocabularyHead({ batch, tokens, width, vocabulary }: Sizes): PassGraph {
  const rows = batch * tokens;
  const x = input('x', { dtype: 'float32', shape: [rows, width] });
  const table = input('table', { dtype: 'float32', shape: [width, vocabulary] });
  const labels = input('labels', { dtype: 'int64', shape: [rows] });
  const chosen = x
    .matmul(table)
    .logSoftmax()
    .takeAlong(labels.reshape([rows, 1]));
  const loss = chosen.mean().neg();
  const [dx, dTable] = grad(loss, [x, table]);
  const rng = Rng.from(1);
  const uniform = (...shape: number[]): HostTensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, () => rng.uniform(-0.1, 0.1));
    return hostTensor('float32', shape, data);
  };
  const fed = {
    x: uniform(rows, width),
    table: uniform(width, vocabulary),
    labels: int64(
      [rows],
      Int32Array.from({ length: rows }, () => rng.integer(vocabulary)),
    ),
  };
  return { name: 'vocabulary head', outputs: { loss, dx: dx!, dTable: dTable! }, feeds: () => fed };
}
