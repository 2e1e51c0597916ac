import { checkPositive } from '@limbeck/core';
import { exampleLoss, type Loss, stopGradient, where } from '@limbeck/tensor';
import { checkLogits } from './checks.js';
import type { SoftTargetsNeeds } from './soft-targets.js';

/** Options of the divergences. */
export interface DivergenceOptions {
  /** Divides both models' logits before the softmax; dimensionless, above 0. @defaultValue 1 */
  readonly temperature?: number;
}

/**
 * The forward Kullback–Leibler divergence KL(p ‖ q), in nats, one an example: the student covers every class that the
 * teacher holds possible. It is `softTargets` without its factor T².
 *
 * ```text
 * L = Σ_c p_c (log p_c − log q_c)      p = softmax(teacher.logits / T), q = softmax(student.logits / T)
 * ```
 *
 * @throws LimbeckError `invalid-option`; `missing-signal` or `shape-mismatch`, when applied
 * @see Kullback and Leibler, "On Information and Sufficiency", 1951.
 */
export function forwardKl(options: DivergenceOptions = {}): Loss<SoftTargetsNeeds> {
  const { temperature = 1 } = options;
  checkPositive('forwardKl', { temperature }, 'Use 1 to keep the logits as they are.');

  return exampleLoss(
    { name: 'forwardKl', config: { temperature } },
    ({ student, teacher }: SoftTargetsNeeds) => {
      checkLogits('forwardKl', student, teacher);
      const logP = stopGradient(teacher.logits).div(temperature).logSoftmax();
      const logQ = student.logits.div(temperature).logSoftmax();
      const p = logP.exp();
      // p = 0 has log p = −∞: NaN as a product, 0 in the limit.
      return where(p.greater(0), p.mul(logP.sub(logQ)), 0).sum(-1);
    },
  );
}
