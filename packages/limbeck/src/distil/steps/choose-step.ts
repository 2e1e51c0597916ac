import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { FamilyName } from '../options.js';
import type { FamilyOutput } from './family-step.js';

/** A family that was trained. */
export type TrainedFamily = Extract<FamilyOutput, { readonly state: 'trained' }>;

/** Which family ships, and why. */
export interface Choice {
  readonly family: FamilyName;
  readonly why: string;
}

/** Copies the chosen student, so that what ships is this step's own. */
export async function chooseStep(
  outputs: readonly FamilyOutput[],
  folders: { readonly [family: string]: string },
  { folder }: PipelineStepContext,
): Promise<Choice> {
  const choice = chooseFamily(outputs.filter((output) => output.state === 'trained'));
  await cp(path.join(folders[choice.family]!, 'student'), path.join(folder, 'student'), {
    recursive: true,
  });
  return choice;
}

/** The smallest student whose accuracy on validation lies within the interval of the best one's; test has no say. */
export function chooseFamily(
  trained: readonly Pick<TrainedFamily, 'family' | 'validation' | 'exported'>[],
): Choice {
  const best = trained.reduce((a, b) => (b.validation.value > a.validation.value ? b : a));
  const fitting = trained.filter(({ validation }) => validation.value >= best.validation.low);
  const smallest = fitting.reduce((a, b) => (sizeOf(b) < sizeOf(a) ? b : a));
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  const why =
    smallest === best
      ? `it is the best on validation (${percent(best.validation.value)})${fitting.length === 1 ? '' : ' and the smallest of those near it'}`
      : `it is the smallest whose accuracy on validation (${percent(smallest.validation.value)}) lies within the interval of the best one's, ${best.family} (${percent(best.validation.value)}, ${percent(best.validation.low)} to ${percent(best.validation.high)})`;
  return { family: smallest.family, why };
}

function sizeOf({ exported }: Pick<TrainedFamily, 'exported'>): number {
  return exported.files['onnx/model.onnx']!.sizeBytes;
}
