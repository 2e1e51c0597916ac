import {
  compare,
  type Comparison,
  type ExperimentSystem,
  meanMetric,
  quantile,
} from '@limbeck/evaluators';
import { names } from './contestants.js';
import type { Measured } from './measure.js';
import { type Product, productFlops, totalFlops } from './products.js';

/** What is measured of every system. */
export const stepMetrics = {
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
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** The middle of some values. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

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

/** What the rows of an experiment are made of. */
export interface StepSystemsOptions {
  readonly measured: readonly Measured[];
  /** The rate of the products alone in each round. */
  readonly ceiling: readonly number[];
  /** GFLOP of a system's step. */
  readonly gflop: (m: Measured) => number;
  /** The Limbeck that a peer is compared with. */
  readonly rival: (m: Measured) => Measured;
  readonly clip?: number | undefined;
}

/** One row a system. */
export function stepSystems(options: StepSystemsOptions): ExperimentSystem[] {
  const { measured, ceiling, gflop, rival, clip } = options;
  const bothWays = measured.some(({ contestant }) => contestant.lookup !== 'gather');
  return measured.map((m): ExperimentSystem => {
    const { contestant, ready, rounds } = m;
    const steps = stepsOf(m);
    const work = gflop(m);
    const isStep = contestant.name !== names.products;
    const rates = isStep ? steps.map((ms) => work / (ms / 1000)) : ceiling.map((c) => c / 1e9);
    const limbeck = stepsOf(rival(m));
    const values: { [metric: string]: number[] } = {
      gflop: [work],
      gflops: rates,
      otherLoad: rounds.map(({ otherLoad }) => otherLoad),
      peakRssMb: [Math.max(...rounds.map(({ peakRssBytes }) => peakRssBytes)) / 2 ** 20],
    };
    if (isStep) {
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
        ...(bothWays ? { embedding: contestant.lookup } : {}),
        version: ready.version,
        runsOn: ready.runsOn,
        clip: clip === undefined ? 'none' : `global norm ${clip}`,
      },
      values: Object.fromEntries(
        Object.entries(values).map(([name, list]) => [name, list.map(rounded)]),
      ),
      seconds: rounded(rounds.flatMap(({ stepMs }) => stepMs).reduce((a, b) => a + b, 0) / 1000),
    };
  });
}

/** By how many milliseconds a step of one system is faster, over the rounds. */
export function faster(better: Measured, worse: Measured): Comparison {
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
export function lowest(systems: readonly ExperimentSystem[], name: string, metric: string): number {
  const values = systems.find((system) => system.name === name)?.values[metric] ?? [];
  const mean = meanMetric(metric, true, (list: readonly number[]) => Float64Array.from(list));
  const zero = Float64Array.from(values, () => 0);
  return compare(
    mean,
    { name, rows: mean.rows(values, undefined) },
    { name: 'nothing', rows: { columns: 1, data: zero } },
  ).low;
}
