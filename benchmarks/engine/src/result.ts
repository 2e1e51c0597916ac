import {
  compare,
  type Comparison,
  type ExperimentResult,
  type ExperimentSystem,
  type Machine,
  meanMetric,
  quantile,
} from '@limbeck/evaluators';
import { names, type Setting } from './contestants.js';
import { lossTolerance } from './check-losses.js';
import type { Measured } from './measure.js';
import { type Product, productFlops, totalFlops } from './products.js';
import { batchCount } from './sizes.js';

/** What the claim asks for. */
export const aims = { timesPeers: 8, shareOfCeiling: 0.5 };

/** The matrix products of a step, by how rows of the embedding are found. */
export type Products = { readonly [lookup in 'gather' | 'one-hot']: readonly Product[] };

const metrics = {
  stepMs: { higherIsBetter: false },
  cpuSeconds: { higherIsBetter: false },
  peakRssMb: { higherIsBetter: false },
  gflop: { higherIsBetter: false },
  gflops: { higherIsBetter: true },
  shareOfCeiling: { higherIsBetter: true },
  timesLimbeck: { higherIsBetter: false },
  otherLoad: { higherIsBetter: false },
} as const;

/** A number to four digits: more would claim what was not measured. */
const rounded = (value: number): number => Number(value.toPrecision(4));

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Each round's median step. */
const stepsOf = ({ rounds }: Measured): number[] => rounds.map(({ stepMs }) => median(stepMs));

/**
 * The ceiling of each round: the rates of the step's products alone, weighted by their FLOPs. This mean is never below the
 * rate of running the products one after another, so a share of it is the stricter of the two.
 */
export function ceilings(alone: Measured, products: readonly Product[]): number[] {
  const total = totalFlops(products);
  return alone.rounds.map(({ rates }) =>
    products.reduce(
      (sum, product, i) => sum + (product.count * productFlops(product) * rates![i]!) / total,
      0,
    ),
  );
}

/** Everything as the file of the experiment. */
export function experimentResult(
  measured: readonly Measured[],
  products: Products,
  setting: Setting,
  machine: Machine,
): ExperimentResult {
  const named = (name: string): Measured => measured.find((m) => m.contestant.name === name)!;
  const ceiling = ceilings(named(names.products), products.gather);
  const gflop = (lookup: 'gather' | 'one-hot'): number => totalFlops(products[lookup]) / 1e9;
  const rival = (m: Measured): Measured =>
    named(m.contestant.lookup === 'gather' ? names.limbeck : names.limbeckOneHot);
  const isStep = (m: Measured): boolean => m.contestant.name !== names.products;

  const systems = measured.map((m): ExperimentSystem => {
    const { contestant, ready, rounds } = m;
    const steps = stepsOf(m);
    const work = gflop(contestant.lookup);
    const rates = isStep(m) ? steps.map((ms) => work / (ms / 1000)) : ceiling.map((c) => c / 1e9);
    const limbeck = stepsOf(rival(m));
    const values: { [metric: string]: number[] } = {
      gflop: [work],
      gflops: rates,
      otherLoad: rounds.map(({ otherLoad }) => otherLoad),
      peakRssMb: [Math.max(...rounds.map(({ peakRssBytes }) => peakRssBytes)) / 2 ** 20],
    };
    if (isStep(m)) {
      values['stepMs'] = steps;
      values['cpuSeconds'] = rounds.map(({ cpuSeconds, stepMs }) => cpuSeconds / stepMs.length);
      if (contestant.lookup === 'gather') {
        values['shareOfCeiling'] = rates.map((rate, i) => (rate * 1e9) / ceiling[i]!);
      }
    }
    if (contestant.role === 'peer') {
      values['timesLimbeck'] = steps.map((ms, i) => ms / limbeck[i]!);
    }
    return {
      name: contestant.name,
      role: contestant.role,
      factors: {
        embedding: contestant.lookup,
        version: ready.version,
        runsOn: ready.runsOn,
        clip: setting.clip === undefined ? 'none' : `global norm ${setting.clip}`,
      },
      values: Object.fromEntries(
        Object.entries(values).map(([name, list]) => [name, list.map(rounded)]),
      ),
      seconds: rounded(rounds.flatMap(({ stepMs }) => stepMs).reduce((a, b) => a + b, 0) / 1000),
    };
  });

  const comparisons = measured
    .filter(({ contestant }) => contestant.role === 'peer')
    .map((peer) => faster(rival(peer), peer));
  const low = (name: string, metric: string): number => lowest(systems, name, metric);
  const peers = [names.tfjs, names.jaxJs];
  const reproduced =
    peers.every((name) => low(name, 'timesLimbeck') >= aims.timesPeers) &&
    low(names.limbeck, 'shareOfCeiling') >= aims.shareOfCeiling;
  const absent = named(names.torch) === undefined ? ' PyTorch: absent on this machine.' : '';
  const { sizes } = setting;
  return {
    formatVersion: 1,
    experiment: 'encoder-step',
    claim:
      `A training step of a transformer encoder, AdamW included, takes Limbeck at most 1/${aims.timesPeers} of the time ` +
      `of tfjs and jax-js, and reaches at least ${aims.shareOfCeiling} of the rate of its own matrix products alone.`,
    command: 'pnpm --filter bench-engine bench',
    dataset: { name: 'random token ids, seed 1', rows: batchCount * sizes.batch },
    metrics,
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

/** By how many milliseconds a step of one system is faster, over the rounds. */
function faster(better: Measured, worse: Measured): Comparison {
  const metric = meanMetric('stepMs', false, (values: readonly number[]) =>
    Float64Array.from(values),
  );
  const rows = (m: Measured): { name: string; rows: ReturnType<typeof metric.rows> } => ({
    name: m.contestant.name,
    rows: metric.rows(stepsOf(m), undefined),
  });
  const { sentence: _, ...comparison } = compare(metric, rows(better), rows(worse));
  return comparison;
}

/** The lower end of the interval of a metric's mean over the rounds. */
function lowest(systems: readonly ExperimentSystem[], name: string, metric: string): number {
  const values = systems.find((system) => system.name === name)?.values[metric] ?? [];
  const mean = meanMetric(metric, true, (list: readonly number[]) => Float64Array.from(list));
  const zero = Float64Array.from(values, () => 0);
  return compare(
    mean,
    { name, rows: mean.rows(values, undefined) },
    { name: 'nothing', rows: { columns: 1, data: zero } },
  ).low;
}
