import os from 'node:os';
import type { ExperimentResult } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import {
  alternate,
  fasterWay,
  ratios,
  type Timed,
  type Way,
  wayMetrics,
  waySystems,
} from './alternate.js';
import { systemLines } from './results-page.js';
import { batchCount, full, type Sizes, tiny } from './sizes.js';
import { ownName, variants } from './variants.js';
import { wayPlan } from './way-plan.js';
import { writeResult } from './write-result.js';

/** The share of a step that clipping and AdamW may take, by how many tokens it is over. */
const aims = [
  { batch: 32, share: 0.05 },
  { batch: 8, share: 0.15 },
] as const;

const used = [ownName, 'updates in the graph', 'nothing brought out'];

/** Measures what updates cost, in place and in the graph, prints it, and writes the file unless it was made smaller. */
export async function updates(args: readonly string[]): Promise<ExperimentResult> {
  const { smoke, ...plan } = wayPlan(args, { rounds: 12, blockSteps: 5 });
  const ways: Way[] = [];
  const sizesOf = (batch: number): Sizes => (smoke ? tiny : { ...full, batch });
  for (const { batch } of aims) {
    const sizes = sizesOf(batch);
    const all = await variants(sizes, os.availableParallelism());
    for (const way of all.filter(({ name }) => used.includes(name))) {
      ways.push({ ...way, name: `${way.name}, ${batch * full.tokens} tokens` });
    }
  }
  const timed = await alternate(ways, plan);
  const result = updatesResult(timed);
  console.log(systemLines(result).join('\n'));
  console.log(result.note);
  if (!smoke) writeResult(result);
  return result;
}

function updatesResult(timed: readonly Timed[]): ExperimentResult {
  const shares = aims.map(({ batch, share }, i) => {
    const [own, inGraph, without] = timed.slice(i * used.length, (i + 1) * used.length) as [
      Timed,
      Timed,
      Timed,
    ];
    // What is left of a step that is no update, in its own round.
    const rest = ratios(without, (round) => own.stepMs[round]!);
    return { tokens: batch * full.tokens, share, taken: 1 - rest.middle, own, inGraph };
  });
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  return {
    formatVersion: 1,
    experiment: 'updates',
    claim:
      'Clipping and AdamW, in place, take at most 5% of the encoder step over 2,048 tokens and 15% over 512.',
    command: 'pnpm --filter bench-engine bench --only updates',
    dataset: { name: 'random token ids, seed 1', rows: batchCount * full.batch },
    metrics: wayMetrics,
    systems: waySystems(timed),
    comparisons: shares.map(({ own, inGraph }) => fasterWay(own, inGraph)),
    reproduced: shares.every(({ taken, share }) => taken <= share),
    note:
      `Shares of a step, medians over the rounds: ` +
      `${shares.map(({ tokens, taken }) => `${percent(taken)} over ${tokens} tokens`).join(', ')}. They are what a step takes ` +
      `beyond its graph alone, whose gradients nobody brings out; bringing them out is a part of the share.`,
    machine: thisMachine(import.meta.url),
    finishedAt: new Date().toISOString(),
  };
}
