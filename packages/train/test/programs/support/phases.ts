import type { Tensor } from '@limbeck/tensor';
import { type RunView, stalled } from '@limbeck/train';

/** The mean cross-entropy of logits with hard labels. */
export function meanCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return itemsOfCrossEntropy(logits, labels).mean();
}

/** −log q of each example's class. */
export function itemsOfCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return logits
    .logSoftmax()
    .takeAlong(labels.reshape([...labels.shape, 1]))
    .reshape(labels.shape)
    .neg();
}

/** KL(softmax(p) ‖ softmax(q)) of logits, one an example. */
export function divergence(p: Tensor, q: Tensor): Tensor {
  const logP = p.logSoftmax();
  return logP.exp().mul(logP.sub(q.logSoftmax())).sum(-1);
}

/** When a program evaluates and when it ends. */
export interface Plan {
  readonly steps: number;
  /** Steps between evaluations. */
  readonly every: number;
  /** Evaluations without a better one before it ends. */
  readonly patience?: number;
  readonly best: { readonly metric: string; readonly higherIsBetter: boolean };
  /** Steps of phases that come before: neither evaluated nor counted. @defaultValue 0 */
  readonly after?: number;
}

/** Evaluations in between and at the end, an early stop, and otherwise what `phase` says. */
export function planned<Phase extends string>(
  { steps, every, patience, best, after = 0 }: Plan,
  view: RunView,
  phase: Phase,
): Phase | 'evaluate' | 'stop' {
  const evaluated = view.evaluations.at(-1)?.step === view.step;
  const done = view.step - after;
  const due = done > 0 && (done % every === 0 || done >= steps);
  if (due && !evaluated) return 'evaluate';
  if (done >= steps) return 'stop';
  if (patience !== undefined && stalled(view.evaluations, { ...best, patience })) return 'stop';
  return phase;
}
