import type { ExperimentResult, Machine } from '@limbeck/evaluators';
import { names, type Setting } from './contestants.js';
import { lossTolerance } from './check-losses.js';
import type { Measured } from './measure.js';
import { type Product, totalFlops } from './products.js';
import { batchCount, type Sizes } from './sizes.js';
import { ceilings, faster, lowest, stepMetrics, stepSystems } from './step-systems.js';

/** What the claim asks for: times as fast as a peer, and the share of the ceiling at this many tokens a step. */
export const aims = {
  timesPeers: 10,
  timesTorch: 3,
  shareOfCeiling: ({ batch, tokens }: Sizes): number => (batch * tokens >= 2048 ? 0.65 : 0.5),
};

/** The experiment's name: that of the full batch is the short one. */
export function experimentName({ batch, tokens }: Sizes): string {
  return batch * tokens === 2048 ? 'encoder-step' : `encoder-step-${batch * tokens}`;
}

/** The matrix products of a step, by how rows of the embedding are found. */
export type Products = { readonly [lookup in 'gather' | 'one-hot']: readonly Product[] };

/** Everything as the file of the experiment. */
export function experimentResult(
  measured: readonly Measured[],
  products: Products,
  setting: Setting,
  machine: Machine,
): ExperimentResult {
  const named = (name: string): Measured => measured.find((m) => m.contestant.name === name)!;
  const ceiling = ceilings(named(names.products), products.gather);
  const gflop = ({ contestant }: Measured): number => totalFlops(products[contestant.lookup]) / 1e9;
  const rival = (m: Measured): Measured =>
    named(m.contestant.lookup === 'gather' ? names.limbeck : names.limbeckOneHot);
  const systems = stepSystems({ measured, ceiling, gflop, rival, clip: setting.clip });

  const comparisons = measured
    .filter(({ contestant }) => contestant.role === 'peer')
    .map((peer) => faster(rival(peer), peer));
  const low = (name: string, metric: string): number => lowest(systems, name, metric);
  const share = aims.shareOfCeiling(setting.sizes);
  const torch = measured.find(({ contestant }) => contestant.name === names.torch);
  const reproduced =
    [names.tfjs, names.jaxJs].every((name) => low(name, 'timesLimbeck') >= aims.timesPeers) &&
    (torch === undefined || low(names.torch, 'timesLimbeck') >= aims.timesTorch) &&
    low(names.limbeck, 'shareOfCeiling') >= share;
  const absent = torch === undefined ? ' PyTorch: absent on this machine.' : '';
  const { sizes } = setting;
  return {
    formatVersion: 1,
    experiment: experimentName(sizes),
    claim:
      `A training step of a transformer encoder over ${sizes.batch * sizes.tokens} tokens, clipping and AdamW included, ` +
      `takes Limbeck at most 1/${aims.timesPeers} of the time of tfjs and jax-js and 1/${aims.timesTorch} of PyTorch's, and ` +
      `reaches at least ${share} of the rate of its own matrix products alone.`,
    command: `pnpm --filter bench-engine bench --only ${experimentName(sizes)}`,
    dataset: { name: 'random token ids, seed 1', rows: batchCount * sizes.batch },
    metrics: stepMetrics,
    systems,
    comparisons,
    reproduced,
    note:
      `${sizes.layers} layers, ${sizes.width} wide, ${sizes.heads} heads, feed-forward ${sizes.feedForward}, ` +
      `vocabulary ${sizes.vocabulary}, ${sizes.batch} x ${sizes.tokens} tokens, float32. One value a round; rounds are ` +
      `interleaved. FLOPs are those of the matrix products, 2mnk each. The ceiling is the mean rate of the step's own ` +
      `products, each alone on ONNX Runtime, weighted by FLOPs. The losses of the first steps agree within ` +
      `${lossTolerance} on all sides. A block is measured again while other processes take more than a tenth of the ` +
      `machine (otherLoad). tfjs has no gradient of a gather on WASM: it and "${names.limbeckOneHot}" find ` +
      `embeddings by a one-hot product.${absent}`,
    machine,
    finishedAt: new Date().toISOString(),
  };
}
