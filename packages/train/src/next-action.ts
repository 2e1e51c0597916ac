import { canaryPassed, canarySteps } from './canary.js';
import type { RunView } from './program.js';
import { stalled } from './stalled.js';

/** When a distillation is evaluated, and when it stops before its last step. */
export interface Schedule {
  readonly steps: number;
  /** Whether there is a canary to be asked. */
  readonly canary: boolean;
  readonly evaluation?:
    | {
        readonly every: number;
        readonly patience?: number;
        readonly best: { readonly metric: string; readonly higherIsBetter: boolean };
      }
    | undefined;
}

/** Whether the held-out data are due at this step: every so many, and at the last. */
export function evaluationDue({ steps, evaluation }: Schedule, view: RunView): boolean {
  if (evaluation === undefined || view.step === 0) return false;
  return view.step % evaluation.every === 0 || view.step >= steps;
}

/** Whether the canary is due by itself: where it would warn, and where it would end the run. */
function canaryDue({ steps, canary }: Schedule, view: RunView): boolean {
  if (!canary || canaryPassed(view.evaluations)) return false;
  const { warn, end } = canarySteps(steps);
  return view.step === warn || view.step === end;
}

/** Steps, evaluations in between, an early stop, and an evaluation at the end. */
export function nextAction(schedule: Schedule, view: RunView): 'distil' | 'evaluate' | 'stop' {
  const done = view.evaluations.at(-1)?.step === view.step;
  if (!done && (evaluationDue(schedule, view) || canaryDue(schedule, view))) return 'evaluate';
  if (view.step >= schedule.steps) return 'stop';
  const { patience, best } = schedule.evaluation ?? {};
  const tired =
    patience !== undefined &&
    best !== undefined &&
    stalled(view.evaluations, { ...best, patience });
  return tired ? 'stop' : 'distil';
}
