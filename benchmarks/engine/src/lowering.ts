import os from 'node:os';
import { parseArgs } from 'node:util';
import { hostTensor } from '@limbeck/core';
import { compare, type ExperimentResult, meanMetric, quantile } from '@limbeck/evaluators';
import { thisMachine } from './machine.js';
import { undisturbed } from './other-load.js';
import { systemLines } from './results-page.js';
import { batchCount, full, type Sizes, tiny } from './sizes.js';
import { batches, int64 } from './start.js';
import { type Variant, variants } from './variants.js';
import { writeResult } from './write-result.js';

/** Milliseconds of a step and of the CPU in it, one value a round. */
interface Timed {
  readonly variant: Variant;
  readonly stepMs: number[];
  readonly cpuMs: number[];
}

/** Measures the variants in alternating rounds, prints them, and writes the file unless it was made smaller. */
export async function lowering(args: readonly string[]): Promise<ExperimentResult> {
  const { values } = parseArgs({
    args: [...args].filter((arg) => arg !== '--'),
    options: {
      smoke: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      patience: { type: 'string' },
    },
  });
  const sizes = values.smoke ? tiny : full;
  const rounds = Number(values.rounds ?? (values.smoke ? 3 : 10));
  const threads = os.availableParallelism();
  const timed: readonly Timed[] = (await variants(sizes, threads)).map((variant) => ({
    variant,
    stepMs: [],
    cpuMs: [],
  }));
  const patience = Number(values.patience ?? (values.smoke ? 0 : 600));
  await alternate(timed, sizes, rounds, Date.now() + patience * 1000);
  const result = loweringResult(timed, sizes);
  console.log(systemLines(result).join('\n'));
  if (!values.smoke) writeResult(result);
  return result;
}

/** Steps of a block, the first of which warms up. */
const blockSteps = 4;

async function alternate(
  timed: readonly Timed[],
  sizes: Sizes,
  rounds: number,
  deadline: number,
): Promise<void> {
  const all = batches(sizes, batchCount);
  const text = [sizes.batch, sizes.tokens];
  for (let round = 0; round < rounds; round++) {
    const { ids, mask, labels } = all[round % all.length]!;
    const feeds = {
      ids: int64(text, ids),
      mask: int64(text, mask),
      labels: int64([sizes.batch], labels),
      step: hostTensor('int64', [], BigInt64Array.of(BigInt(round))),
    };
    for (const { variant, stepMs, cpuMs } of timed) {
      const { result } = await undisturbed(
        () => block(() => variant.run(feeds)),
        () => 0,
        deadline,
      );
      stepMs.push(quantile(result.stepMs, 0.5));
      cpuMs.push(quantile(result.cpuMs, 0.5));
    }
  }
}

async function block(
  step: () => Promise<void>,
): Promise<{ readonly stepMs: readonly number[]; readonly cpuMs: readonly number[] }> {
  const [stepMs, cpuMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < blockSteps; i++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await step();
    stepMs.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
  }
  return { stepMs: stepMs.slice(1), cpuMs: cpuMs.slice(1) };
}

function loweringResult(timed: readonly Timed[], sizes: Sizes): ExperimentResult {
  const metric = meanMetric('stepMs', false, (list: readonly number[]) => Float64Array.from(list));
  const rows = ({
    variant,
    stepMs,
  }: Timed): { name: string; rows: ReturnType<typeof metric.rows> } => ({
    name: variant.name,
    rows: metric.rows(stepMs, undefined),
  });
  const [own, ...others] = timed;
  const comparisons = others.map((other) => {
    const { sentence: _, ...comparison } = compare(metric, rows(own!), rows(other));
    return comparison;
  });
  const formula = comparisons.find(({ worse }) => worse === 'GELU by formula')!;
  const rounded = (list: readonly number[]): number[] => list.map((v) => Number(v.toPrecision(4)));
  return {
    formatVersion: 1,
    experiment: 'lowering',
    claim: 'GELU as an operator of its own makes the encoder step faster than its formula does.',
    command: 'pnpm --filter bench-engine lowering',
    dataset: { name: 'random token ids, seed 1', rows: batchCount * sizes.batch },
    metrics: { stepMs: { higherIsBetter: false }, cpuSeconds: { higherIsBetter: false } },
    systems: timed.map(({ variant, stepMs, cpuMs }) => ({
      name: variant.name,
      role: variant === own!.variant ? 'method' : 'baseline',
      factors: { change: variant.change, nodes: String(variant.nodes) },
      values: { stepMs: rounded(stepMs), cpuSeconds: rounded(cpuMs.map((ms) => ms / 1000)) },
      seconds: Number((stepMs.reduce((a, b) => a + b, 0) / 1000).toPrecision(4)),
    })),
    comparisons,
    reproduced: formula.low > 0,
    note:
      `The encoder step of encoder-step.json with one thing changed at a time, all in one process and alternating; a ` +
      `value is a round's median. Fastest rounds, in ms: ` +
      `${timed.map(({ variant, stepMs }) => `${variant.name} ${quantile(stepMs, 0).toFixed(0)}`).join(', ')}.`,
    machine: thisMachine(),
    finishedAt: new Date().toISOString(),
  };
}
