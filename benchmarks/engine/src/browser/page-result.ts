import {
  compare,
  type Comparison,
  type ExperimentResult,
  type ExperimentSystem,
  type Machine,
  meanMetric,
  quantile,
} from '@limbeck/evaluators';
import { lossTolerance } from '../check-losses.js';
import { totalFlops } from '../products.js';
import type { Products } from '../result.js';
import { batchCount, type Sizes } from '../sizes.js';
import type { MeasuredPage } from './measure-pages.js';

/** A number to four digits: more would claim what was not measured. */
const rounded = (value: number): number => Number(value.toPrecision(4));

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Each round's median step. */
const stepsOf = ({ rounds }: MeasuredPage): number[] => rounds.map(({ stepMs }) => median(stepMs));

/** What a rival is measured against: Limbeck with the same lookup on as many threads. */
function rivalOf(measured: readonly MeasuredPage[], peer: MeasuredPage): MeasuredPage {
  const { lookup, threads } = peer.contestant.options;
  return measured.find(
    ({ contestant: { role, options } }) =>
      role === 'method' && options.lookup === lookup && options.threads === threads,
  )!;
}

/** By how many milliseconds a step of one system is faster, over the rounds. */
function faster(better: MeasuredPage, worse: MeasuredPage): Comparison {
  const metric = meanMetric('stepMs', false, (values: readonly number[]) =>
    Float64Array.from(values),
  );
  const rows = (m: MeasuredPage): { name: string; rows: ReturnType<typeof metric.rows> } => ({
    name: m.contestant.name,
    rows: metric.rows(stepsOf(m), undefined),
  });
  const { sentence: _, ...comparison } = compare(metric, rows(better), rows(worse));
  return comparison;
}

/** Everything as the file of the experiment. */
export function pageResult(
  measured: readonly MeasuredPage[],
  products: Products,
  sizes: Sizes,
  machine: Machine & { readonly browser: string },
): ExperimentResult {
  const { browser, ...on } = machine;
  const systems = measured.map((m): ExperimentSystem => {
    const { contestant, ready, rounds } = m;
    const { lookup } = contestant.options;
    const steps = stepsOf(m);
    const gflop = totalFlops(products[lookup]) / 1e9;
    const values: { [metric: string]: number[] } = {
      gflop: [gflop],
      gflops: steps.map((ms) => gflop / (ms / 1000)),
      otherLoad: rounds.map(({ otherLoad }) => otherLoad),
      stepMs: steps,
      stepsPerSecond: steps.map((ms) => 1000 / ms),
      cpuSeconds: rounds.map(({ cpuSeconds, stepMs }) => cpuSeconds / stepMs.length),
    };
    if (contestant.role === 'peer') {
      const limbeck = stepsOf(rivalOf(measured, m));
      values['timesLimbeck'] = steps.map((ms, i) => ms / limbeck[i]!);
    }
    return {
      name: contestant.name,
      role: contestant.role,
      factors: { embedding: lookup, version: ready.version, runsOn: ready.runsOn },
      values: Object.fromEntries(
        Object.entries(values).map(([name, list]) => [name, list.map(rounded)]),
      ),
      seconds: rounded(rounds.flatMap(({ stepMs }) => stepMs).reduce((a, b) => a + b, 0) / 1000),
    };
  });
  const comparisons = measured
    .filter(({ contestant }) => contestant.role === 'peer')
    .map((peer) => faster(rivalOf(measured, peer), peer));
  return {
    formatVersion: 1,
    experiment: 'browser',
    claim:
      'In Chromium a training step of a transformer encoder, AdamW included, takes Limbeck on ONNX Runtime in WebAssembly ' +
      'less time than it takes the WASM backend of tfjs, on one thread each, and each on as many as it makes of the cores.',
    command: 'pnpm --filter bench-engine browser',
    dataset: { name: 'random token ids, seed 1', rows: batchCount * sizes.batch },
    metrics: {
      stepMs: { higherIsBetter: false },
      stepsPerSecond: { higherIsBetter: true },
      cpuSeconds: { higherIsBetter: false },
      gflop: { higherIsBetter: false },
      gflops: { higherIsBetter: true },
      timesLimbeck: { higherIsBetter: false },
      otherLoad: { higherIsBetter: false },
    },
    systems,
    comparisons,
    reproduced: comparisons.every(({ low }) => low > 0),
    note:
      `${browser}, headless, each system in a page of its own that is cross-origin isolated. ${sizes.layers} layers, ` +
      `${sizes.width} wide, ${sizes.heads} heads, feed-forward ${sizes.feedForward}, vocabulary ${sizes.vocabulary}, ` +
      `${sizes.batch} x ${sizes.tokens} tokens, float32. One value a round; rounds are interleaved. The losses of the ` +
      `first steps agree within ${lossTolerance} on all sides. CPU seconds are those of the whole browser. tfjs has no ` +
      `gradient of a gather on WASM: it and "Limbeck, one-hot" find embeddings by a one-hot product.`,
    machine: on,
    finishedAt: new Date().toISOString(),
  };
}
