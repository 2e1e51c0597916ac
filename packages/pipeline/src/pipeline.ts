import { LimbeckError } from '@limbeck/core';
import { checkName, isStep, type OutputOf, type PipelineStep } from './step.js';

/** A pipeline: which steps, under which name. */
export interface Pipeline<Steps extends readonly PipelineStep[] = readonly PipelineStep[]> {
  /** Lower-case words joined by hyphens; the run's folder begins with it. */
  readonly name: string;
  /** The steps whose outputs are wanted; the steps that they take as inputs come along. */
  readonly steps: Steps;
  /**
   * What tells one run of this pipeline from another, such as `{ size: 'small' }`: each has a folder of its own. What
   * a step is told belongs into that step's config, where a change reruns only what depends on it. @defaultValue `{}`
   */
  readonly config?: object;
  /** The seeds of the run, recorded in `run.json`. @defaultValue none */
  readonly seeds?: { readonly [name: string]: number };
  /**
   * Files and folders to copy to the top of the run's folder when all is done: from their name there to
   * `<step>/<path in the step's folder>`, such as `{ student: 'export/student' }`. @defaultValue none
   */
  readonly publish?: { readonly [name: string]: string };
}

/** Outputs by step name. */
export type OutputsOf<Steps extends readonly PipelineStep[]> = {
  readonly [S in Steps[number] as S['name']]: OutputOf<S>;
};

/** The pipeline as it is given, with its types: what a `limbeck.config.ts` exports. */
export function definePipeline<const Steps extends readonly PipelineStep[]>(
  pipeline: Pipeline<Steps>,
): Pipeline<Steps> {
  checkName('definePipeline', pipeline.name);
  orderSteps(pipeline.steps);
  return pipeline;
}

/**
 * The steps and all that they need, each after its inputs, otherwise in the order given.
 *
 * @throws LimbeckError `duplicate-name` when two different steps bear one name; `empty-data` for no steps.
 */
export function orderSteps(steps: readonly PipelineStep[]): readonly PipelineStep[] {
  const byName = new Map<string, PipelineStep>();
  const visit = (current: PipelineStep): void => {
    const known = byName.get(current.name);
    if (known === current) return;
    if (known !== undefined) {
      throw new LimbeckError('duplicate-name', {
        where: 'orderSteps',
        given: `two steps named "${current.name}"`,
        expected: 'a name of its own for every step',
        next: 'Rename one of them: a step keeps its files in a folder of that name.',
      });
    }
    for (const input of Object.values(current.inputs)) if (isStep(input)) visit(input);
    byName.set(current.name, current);
  };
  for (const wanted of steps) visit(wanted);
  if (byName.size === 0) {
    throw new LimbeckError('empty-data', {
      where: 'orderSteps',
      given: 'no steps',
      expected: 'at least one',
      next: 'Make one with step("name", { ... }).',
    });
  }
  return [...byName.values()];
}
