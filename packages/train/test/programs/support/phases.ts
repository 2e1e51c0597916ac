import type { Tensor } from '@limbeck/tensor';
import { type RunView, stalled } from '@limbeck/train';

/** −log q of each example's class. */
export function itemsOfCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return logits
    .logSoftmax()
    .takeAlong(labels.reshape([...labels.shape, 1]))
    .reshape(labels.shape)
    .neg();
}

/** Σ over units of 1 − cos of the angle between two gradients, `[in, units]`. */
export function angles(a: Tensor, b: Tensor): Tensor {
  // The root of a sum that is never 0: dead units have no gradient at all.
  const norm = (g: Tensor): Tensor => g.square().sum(0).add(1e-12).sqrt();
  return a
    .mul(b)
    .sum(0)
    .div(norm(a).mul(norm(b)).add(1e-6))
    .neg()
    .add(1)
    .sum();
}

/** T² KL(softmax(p / T) ‖ softmax(q / T)) of logits, one an item. */
export function divergence(p: Tensor, q: Tensor, temperature = 1): Tensor {
  const [logP, logQ] = [p, q].map((z) => z.div(temperature).logSoftmax()) as [Tensor, Tensor];
  return logP
    .exp()
    .mul(logP.sub(logQ))
    .sum(-1)
    .mul(temperature ** 2);
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
