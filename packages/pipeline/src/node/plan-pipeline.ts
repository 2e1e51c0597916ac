import path from 'node:path';
import type { StepIdentity } from '../identity.js';
import { orderSteps } from '../pipeline.js';
import type { PlannedStep, RunPlan } from '../plan.js';
import { isStep, type PipelineStep } from '../step.js';
import { codesOf, identityOf } from './identity-of.js';
import { isLocked } from './lock.js';
import { readPublications } from './publish.js';
import { runFolder, type RunOptions } from './run-pipeline.js';
import { readRun } from './run-record.js';
import { stepFolder } from './run-step.js';
import { type Finished, planStep, readBegun } from './step-folder.js';

/** Of {@link RunOptions} those that decide what would run. */
export type PlanOptions = Pick<
  RunOptions<readonly PipelineStep[]>,
  'name' | 'steps' | 'config' | 'publish' | 'root' | 'verify'
>;

/**
 * What {@link runPipeline} would do, step by step and with its reasons. It runs nothing, writes nothing and takes no lock.
 *
 * @throws LimbeckError `format-too-new` for a folder of a later version; `invalid-option`, `duplicate-name`,
 * `empty-data`, `unknown-name` for a pipeline that cannot run; `io-failed`.
 */
export async function planPipeline(options: PlanOptions): Promise<RunPlan> {
  const { verify = 'quick', publish = {} } = options;
  const steps = orderSteps(options.steps);
  readPublications(
    publish,
    steps.map(({ name }) => name),
  );
  const folder = runFolder(options, options.root);
  await readRun(folder);
  const codes = codesOf(steps);
  const finished = new Map<string, Finished>();
  const planned: PlannedStep[] = [];
  for (const current of steps) {
    const own = stepFolder(folder, current.name);
    const before = unfinishedInputs(current, finished);
    const identity = identityOf(current, codes, finished);
    const plan = await planStep(own, await assumingNoChange(own, identity, before), verify);
    if (before.length > 0) {
      planned.push(behind(current.name, plan, before));
    } else {
      planned.push({ step: current.name, state: plan.state, why: plan.why });
      if (plan.state === 'cached') finished.set(current.name, plan.finished);
    }
  }
  return { folder: path.resolve(folder), locked: await isLocked(folder), steps: planned };
}

/** An input that would be made again: the name of the input, and that of its step. */
type Pending = readonly [input: string, step: string];

function unfinishedInputs(
  current: PipelineStep,
  finished: ReadonlyMap<string, Finished>,
): readonly Pending[] {
  return Object.entries(current.inputs).flatMap(([key, input]) =>
    isStep(input) && !finished.has(input.name) ? [[key, input.name] as const] : [],
  );
}

/** The identity with the inputs that are not made yet as they were in the latest try. */
async function assumingNoChange(
  folder: string,
  identity: StepIdentity,
  before: readonly Pending[],
): Promise<StepIdentity> {
  if (before.length === 0) return identity;
  const begun = await readBegun(folder);
  const same = before.flatMap(([key]) => {
    const hash = begun?.inputs[key];
    return hash === undefined ? [] : [[key, hash] as const];
  });
  return { ...identity, inputs: { ...identity.inputs, ...Object.fromEntries(same) } };
}

/** A step behind others that would run: sure to run for reasons of its own, or only if their outputs change. */
function behind(
  step: string,
  plan: { readonly state: PlannedStep['state']; readonly why: readonly string[] },
  before: readonly Pending[],
): PlannedStep {
  const names = before.map(([, name]) => name).join(', ');
  if (plan.state !== 'cached') return { step, state: plan.state, why: plan.why };
  return { step, state: 'depends', why: [`only if ${names} comes out otherwise than before`] };
}
