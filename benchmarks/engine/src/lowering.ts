import os from 'node:os';
import { type ExperimentResult, quantile } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { alternate, fasterWay, type Timed, waySystems, wayMetrics } from './alternate.js';
import { systemLines } from './results-page.js';
import { batchCount, full, type Sizes, tiny } from './sizes.js';
import { variants } from './variants.js';
import { wayPlan } from './way-plan.js';
import { writeResult } from './write-result.js';

/** Measures the variants in alternating rounds, prints them, and writes the file unless it was made smaller. */
export async function lowering(args: readonly string[]): Promise<ExperimentResult> {
  const { smoke, ...plan } = wayPlan(args, { rounds: 10, blockSteps: 4 });
  const sizes = smoke ? tiny : full;
  const timed = await alternate(await variants(sizes, os.availableParallelism()), plan);
  const result = loweringResult(timed, sizes);
  console.log(systemLines(result).join('\n'));
  if (!smoke) writeResult(result);
  return result;
}

function loweringResult(timed: readonly Timed[], sizes: Sizes): ExperimentResult {
  const [own, ...others] = timed;
  const comparisons = others.map((other) => fasterWay(own!, other));
  const inGraph = comparisons.find(({ worse }) => worse === 'updates in the graph')!;
  return {
    formatVersion: 1,
    experiment: 'lowering',
    claim: 'Updates in place make the encoder step faster than updates in its graph do.',
    command: 'pnpm --filter bench-engine bench --only lowering',
    dataset: { name: 'random token ids, seed 1', rows: batchCount * sizes.batch },
    metrics: wayMetrics,
    systems: waySystems(timed),
    comparisons,
    reproduced: inGraph.low > 0,
    note:
      `The encoder step of encoder-step.json with one thing changed at a time, all in one process and alternating; a ` +
      `value is a round's median. Fastest rounds, in ms: ` +
      `${timed.map(({ way, stepMs }) => `${way.name} ${quantile(stepMs, 0).toFixed(0)}`).join(', ')}.`,
    machine: thisMachine(import.meta.url),
    finishedAt: new Date().toISOString(),
  };
}
