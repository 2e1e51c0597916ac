import type { StepIdentity } from '../identity.js';
import { isStep, type PipelineStep } from '../step.js';
import { codeVersion } from './code-version.js';
import { hashJson } from './hash.js';
import type { Finished } from './step-folder.js';

/** The part of a step's identity that its code makes. */
export type Code = Pick<StepIdentity, 'files' | 'packages' | 'version'>;

/** The version of a step's code: its own text, or the hash of its module. @throws LimbeckError `invalid-option` */
export function codeOf(current: PipelineStep): Code {
  if (current.version !== undefined) return { files: {}, packages: {}, version: current.version };
  return codeVersion(current.module ?? '');
}

/** The code of each step, by name. @throws LimbeckError as {@link codeOf} */
export function codesOf(steps: readonly PipelineStep[]): ReadonlyMap<string, Code> {
  return new Map(steps.map((current) => [current.name, codeOf(current)]));
}

/** What a step's output is filed under, once the steps before it are finished. */
export function identityOf(
  current: PipelineStep,
  codes: ReadonlyMap<string, Code>,
  finished: ReadonlyMap<string, Pick<Finished, 'outputHash'>>,
): StepIdentity {
  const code = codes.get(current.name) ?? { files: {}, packages: {} };
  const inputs = Object.entries(current.inputs).map(([key, input]) => [
    key,
    isStep(input) ? (finished.get(input.name)?.outputHash ?? '') : hashJson(input),
  ]);
  return {
    inputs: Object.fromEntries(inputs) as StepIdentity['inputs'],
    config: current.config,
    ...code,
  };
}
