import { checkBetween, checkPositive } from '@limbeck/core';
import { exampleLoss, type Loss, stopGradient } from '@limbeck/tensor';
import { checkLogits } from './checks.js';
import { finiteLogs } from './divergences.js';
import type { DivergenceOptions } from './forward-kl.js';
import type { SoftTargetsNeeds } from './soft-targets.js';

/** Options of {@link jensenShannon}. */
export interface JensenShannonOptions extends DivergenceOptions {
  /** β: the teacher's share of the mixture, strictly between 0 and 1. @defaultValue 0.5 */
  readonly beta?: number;
}

/**
 * The generalised Jensen–Shannon divergence, in nats, one an example; at most ln 2 for β = 0.5.
 *
 * ```text
 * m = β p + (1 − β) q                  p = softmax(teacher.logits / T)
 * L = β KL(p ‖ m) + (1 − β) KL(q ‖ m)  q = softmax(student.logits / T)
 * ```
 *
 * Divided by β it nears KL(p ‖ q) as β goes to 0; divided by 1 − β it nears KL(q ‖ p) as β goes to 1.
 *
 * @throws LimbeckError `invalid-option`; `missing-signal` or `shape-mismatch`, when applied
 * @see Agarwal et al., "On-Policy Distillation of Language Models", 2024, equation 1.
 * {@link https://arxiv.org/abs/2306.13649}
 */
export function jensenShannon(options: JensenShannonOptions = {}): Loss<SoftTargetsNeeds> {
  const { beta = 0.5, temperature = 1 } = options;
  checkPositive('jensenShannon', { temperature }, 'Use 1 to keep the logits as they are.');
  const next = 'Use 0.5; for the limits use forwardKl() or reverseKl().';
  checkBetween('jensenShannon', { beta }, 1e-6, 1 - 1e-6, next);

  return exampleLoss(
    { name: 'jensenShannon', config: { beta, temperature } },
    ({ student, teacher }: SoftTargetsNeeds) => {
      checkLogits('jensenShannon', student, teacher);
      const logP = finiteLogs(stopGradient(teacher.logits), temperature);
      const logQ = finiteLogs(student.logits, temperature);
      const [p, q] = [logP.exp(), logQ.exp()];
      // Where both are 0 the mixture would be, and its logarithm −∞; the smallest float32 stands in for it.
      const logM = p
        .mul(beta)
        .add(q.mul(1 - beta))
        .maximum(1.2e-38)
        .log();
      const fromP = p.mul(logP.sub(logM)).sum(-1);
      const fromQ = q.mul(logQ.sub(logM)).sum(-1);
      return fromP.mul(beta).add(fromQ.mul(1 - beta));
    },
  );
}
