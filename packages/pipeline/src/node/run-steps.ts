import { isStep, type PipelineStep } from '../step.js';

/** How {@link runSteps} goes about it. */
export interface StepsOptions {
  /** How many steps may run at once, at least 1. */
  readonly parallel: number;
  /** Runs one; called once a step, when its inputs are done. */
  run(current: PipelineStep, index: number): Promise<void>;
  /** Told of the first failure, to stop the steps that still run. */
  stop(failed: PipelineStep): void;
}

/**
 * Runs steps, each after its inputs, in the order given wherever there is a choice. After a failure none is begun; those
 * that run are waited for, so that nobody works in the folder once this has ended.
 *
 * @throws what the first step that failed threw
 */
export async function runSteps(
  steps: readonly PipelineStep[],
  options: StepsOptions,
): Promise<void> {
  const waiting = new Map(steps.map((current, index) => [current, index]));
  const done = new Set<string>();
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];

  const begin = (current: PipelineStep, index: number): void => {
    waiting.delete(current);
    const work = options
      .run(current, index)
      .then(() => void done.add(current.name))
      .catch((error: unknown) => {
        failures.push(error);
        if (failures.length === 1) options.stop(current);
      })
      .finally(() => running.delete(work));
    running.add(work);
  };

  const beginReady = (): void => {
    for (const [current, index] of waiting) {
      if (failures.length > 0 || running.size >= options.parallel) return;
      if (needs(current).every((name) => done.has(name))) begin(current, index);
    }
  };

  for (beginReady(); running.size > 0; beginReady()) await Promise.race(running);
  if (failures.length > 0) throw failures[0];
}

function needs(current: PipelineStep): readonly string[] {
  return Object.values(current.inputs).flatMap((input) => (isStep(input) ? [input.name] : []));
}
