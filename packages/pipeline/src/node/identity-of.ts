import type { StepIdentity } from '../identity.js';
import { isStep, type PipelineStep } from '../step.js';
import { walkFrom } from './code-version.js';
import { hashJson } from './hash.js';
import type { Finished } from './step-folder.js';

/** The part of a step's identity that its code makes. */
export type Code = Pick<StepIdentity, 'files' | 'packages' | 'version'>;

/**
 * The code of each step, by name: the version it names, or what its module consists of.
 *
 * @throws LimbeckError `invalid-option`
 */
export function codesOf(steps: readonly PipelineStep[]): ReadonlyMap<string, Code> {
  // An experiment has hundreds of steps in one module, and in a workspace a module reaches hundreds of files.
  const modules = new Map<string, Code>();
  const known: Parameters<typeof walkFrom>[1] = new Map();
  return new Map(
    steps.map(({ name, version, module = '' }) => {
      if (version !== undefined) return [name, { files: {}, packages: {}, version }];
      const code = modules.get(module) ?? walkFrom(module, known);
      modules.set(module, code);
      return [name, code];
    }),
  );
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
