import type { Stage, StageTable } from '../stages.js';
import type { StepRan } from './run-step.js';

/**
 * The stages of a run in its order, and what lies between and over them.
 *
 * @param startMs - From when the wall clock counts, in milliseconds of `performance.now()`.
 * @param ran - By the step's place in the run.
 */
export function stageTimes(startMs: number, ran: ReadonlyMap<number, StepRan>): StageTable {
  const seconds = (performance.now() - startMs) / 1000;
  const inOrder = [...ran].sort(([a], [b]) => a - b).map(([, one]) => one);
  const stages: readonly Stage[] = inOrder.map(({ stage }) => stage);
  const summed = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const overlapSeconds = overlapMs(inOrder.map(({ span }) => span)) / 1000;
  const otherSeconds = seconds - summed + overlapSeconds;
  return {
    stages,
    otherSeconds,
    ...(overlapSeconds === 0 ? {} : { overlapSeconds }),
    seconds,
  };
}

/** How much of the spans' sum counts more than once. */
function overlapMs(spans: readonly StepRan['span'][]): number {
  let overlap = 0;
  let coveredTo = -Infinity;
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    overlap += Math.max(0, Math.min(to, coveredTo) - from);
    coveredTo = Math.max(coveredTo, to);
  }
  return overlap;
}
