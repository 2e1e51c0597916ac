import {
  compare,
  type Comparison,
  type ExperimentSystem,
  meanMetric,
  quantile,
  type Role,
} from '@limbeck/evaluators';
import { undisturbed } from './other-load.js';

/** One way to do something, ready to run. */
export interface Way {
  readonly name: string;
  readonly role: Role;
  /** What is said of it beside its times. */
  readonly factors: { readonly [factor: string]: string };
  /** Does it once. */
  run(round: number): Promise<void>;
}

/** Milliseconds of a run and of the CPU in it, one value a round: the median of a block. */
export interface Timed {
  readonly way: Way;
  readonly stepMs: number[];
  readonly cpuMs: number[];
}

/** How long to measure. */
export interface AlternateOptions {
  readonly rounds: number;
  /** Runs of a block, the first of which warms up. */
  readonly blockSteps: number;
  /** Seconds to wait in all while other processes are busy. */
  readonly patience: number;
}

/** Measures ways in one process, a block of each after a block of the one before; says how long it will take. */
export async function alternate(
  ways: readonly Way[],
  { rounds, blockSteps, patience }: AlternateOptions,
): Promise<readonly Timed[]> {
  const timed = ways.map((way) => ({ way, stepMs: [] as number[], cpuMs: [] as number[] }));
  const deadline = Date.now() + patience * 1000;
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (const { way, stepMs, cpuMs } of timed) {
      const { result } = await undisturbed(
        () => block(() => way.run(round), blockSteps),
        () => 0,
        deadline,
      );
      stepMs.push(quantile(result.stepMs, 0.5));
      cpuMs.push(quantile(result.cpuMs, 0.5));
    }
    if (round === 0) {
      const seconds = ((performance.now() - started) * (rounds - 1)) / 1000;
      console.log(`${rounds - 1} more rounds take about ${seconds.toFixed(0)} s.`);
    }
  }
  return timed;
}

async function block(
  run: () => Promise<void>,
  steps: number,
): Promise<{ readonly stepMs: readonly number[]; readonly cpuMs: readonly number[] }> {
  const [stepMs, cpuMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < steps; i++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await run();
    stepMs.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
  }
  return { stepMs: stepMs.slice(1), cpuMs: cpuMs.slice(1) };
}

/** What the files of such experiments hold. */
export const wayMetrics = {
  stepMs: { higherIsBetter: false },
  cpuSeconds: { higherIsBetter: false },
} as const;

const rounded = (list: readonly number[]): number[] => list.map((v) => Number(v.toPrecision(4)));

/** One row a way. */
export function waySystems(timed: readonly Timed[]): ExperimentSystem[] {
  return timed.map(({ way, stepMs, cpuMs }) => ({
    name: way.name,
    role: way.role,
    factors: way.factors,
    values: { stepMs: rounded(stepMs), cpuSeconds: rounded(cpuMs.map((ms) => ms / 1000)) },
    seconds: Number((stepMs.reduce((a, b) => a + b, 0) / 1000).toPrecision(4)),
  }));
}

/** By how many milliseconds one way is faster than another, over the rounds. */
export function fasterWay(better: Timed, worse: Timed): Comparison {
  const metric = meanMetric('stepMs', false, (list: readonly number[]) => Float64Array.from(list));
  const rows = ({
    way,
    stepMs,
  }: Timed): { name: string; rows: ReturnType<typeof metric.rows> } => ({
    name: way.name,
    rows: metric.rows(stepMs, undefined),
  });
  const { sentence: _, ...comparison } = compare(metric, rows(better), rows(worse));
  return comparison;
}

/** The middle of a list of ratios, and what lies above all but a twentieth of them. */
export function ratios(
  above: Timed,
  below: (round: number) => number,
): { readonly middle: number; readonly high: number } {
  const all = above.stepMs.map((ms, round) => ms / below(round));
  return { middle: quantile(all, 0.5), high: quantile(all, 0.95) };
}
