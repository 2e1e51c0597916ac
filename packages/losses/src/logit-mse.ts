import { exampleLoss, type Loss, stopGradient, type Tensor } from '@limbeck/tensor';
import { checkLogits } from './checks.js';
import type { SoftTargetsNeeds } from './soft-targets.js';

/** Options of {@link logitMse}. */
export interface LogitMseOptions {
  /** Whether each row's mean is taken off first, since a softmax does not see it. @defaultValue false */
  readonly centred?: boolean;
}

/**
 * The mean squared difference of logits, one an example.
 *
 * ```text
 * L = 1/C Σ_c (student.logits_c − teacher.logits_c)²
 * ```
 *
 * Centred, half of it is what `softTargets` nears as its temperature grows. The teacher's logits must be finite.
 *
 * @throws LimbeckError `missing-signal` or `shape-mismatch`, when applied
 * @see Ba and Caruana, "Do Deep Nets Really Need to be Deep?", 2014, equation 1. {@link https://arxiv.org/abs/1312.6184}
 */
export function logitMse(options: LogitMseOptions = {}): Loss<SoftTargetsNeeds> {
  const { centred = false } = options;
  const centre = (z: Tensor): Tensor => (centred ? z.sub(z.mean(-1, { keep: true })) : z);

  return exampleLoss(
    { name: 'logitMse', config: { centred } },
    ({ student, teacher }: SoftTargetsNeeds) => {
      checkLogits('logitMse', student, teacher);
      const gap = centre(student.logits).sub(centre(stopGradient(teacher.logits)));
      return gap.square().mean(-1);
    },
  );
}
