import { checkPositive } from '@limbeck/core';
import { exampleLoss, type Logits, type Loss, stopGradient, where } from '@limbeck/tensor';
import { checkLogits } from './checks.js';

/** What {@link softTargets} needs of a batch. */
export interface SoftTargetsNeeds {
  /** Logits, `[batch, classes]`. */
  readonly student: Logits;
  /** Likewise; a constant, into which no gradient flows. */
  readonly teacher: Logits;
}

/** Options of {@link softTargets}. */
export interface SoftTargetsOptions {
  /** Divides both models' logits before the softmax; dimensionless, above 0. @defaultValue 1 */
  readonly temperature?: number;
}

/**
 * Kullback–Leibler divergence of the student's class distribution from the teacher's, in nats, one an example.
 *
 * ```text
 * L = T² Σ_c p_c (log p_c − log q_c)      p = softmax(teacher.logits / T)
 *                                         q = softmax(student.logits / T)
 * ```
 *
 * The T² keeps the size of the gradient steady as T changes, so a weight chosen against a
 * hard-label loss need not be tuned again.
 *
 * @throws LimbeckError `invalid-option` if `temperature` is not a finite number above 0;
 * `missing-signal` or `shape-mismatch`, when applied, if the two logits differ in shape.
 * @example
 * ```ts
 * import { crossEntropy, softTargets, weighted } from '@limbeck/losses';
 *
 * const loss = weighted([[0.9, softTargets({ temperature: 4 })], [0.1, crossEntropy()]]);
 * console.log(loss.name); // weighted(softTargets, crossEntropy)
 * ```
 * @see Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, §2.
 * {@link https://arxiv.org/abs/1503.02531}
 */
export function softTargets(options: SoftTargetsOptions = {}): Loss<SoftTargetsNeeds> {
  const { temperature = 1 } = options;
  checkPositive('softTargets', { temperature }, 'Use 1 to keep the logits as they are.');

  return exampleLoss(
    { name: 'softTargets', config: { temperature } },
    ({ student, teacher }: SoftTargetsNeeds) => {
      checkLogits('softTargets', student, teacher);
      const logP = stopGradient(teacher.logits).div(temperature).logSoftmax();
      const logQ = student.logits.div(temperature).logSoftmax();
      const p = logP.exp();
      // A class the teacher rules out has p = 0 and log p = −∞: NaN as a product, 0 in the limit.
      const kl = where(p.greater(0), p.mul(logP.sub(logQ)), 0).sum(-1);
      return kl.mul(temperature ** 2);
    },
  );
}
