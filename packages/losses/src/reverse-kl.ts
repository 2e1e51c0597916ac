import { checkPositive } from '@limbeck/core';
import { exampleLoss, type Loss, stopGradient } from '@limbeck/tensor';
import { checkLogits } from './checks.js';
import { finiteLogs } from './divergences.js';
import type { DivergenceOptions } from './forward-kl.js';
import type { SoftTargetsNeeds } from './soft-targets.js';

/**
 * The reverse Kullback–Leibler divergence KL(q ‖ p), in nats, one an example: the student keeps to what the teacher
 * holds likely, and may leave out the rest.
 *
 * ```text
 * L = Σ_c q_c (log q_c − log p_c)      p = softmax(teacher.logits / T), q = softmax(student.logits / T)
 * ```
 *
 * Log-probabilities are raised to at least −100, below which no float32 probability lies: a class that the teacher
 * rules out costs 100 nats times its q, and not infinitely many.
 *
 * @throws LimbeckError `invalid-option`; `missing-signal` or `shape-mismatch`, when applied
 * @see Gu et al., "MiniLLM: Knowledge Distillation of Large Language Models", 2024, §2.1.
 * {@link https://arxiv.org/abs/2306.08543}
 */
export function reverseKl(options: DivergenceOptions = {}): Loss<SoftTargetsNeeds> {
  const { temperature = 1 } = options;
  checkPositive('reverseKl', { temperature }, 'Use 1 to keep the logits as they are.');

  return exampleLoss(
    { name: 'reverseKl', config: { temperature } },
    ({ student, teacher }: SoftTargetsNeeds) => {
      checkLogits('reverseKl', student, teacher);
      const logP = finiteLogs(stopGradient(teacher.logits), temperature);
      const logQ = finiteLogs(student.logits, temperature);
      return logQ.exp().mul(logQ.sub(logP)).sum(-1);
    },
  );
}
