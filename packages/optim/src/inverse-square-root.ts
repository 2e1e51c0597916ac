import { checkPositive, checkWhole } from '@limbeck/core';
import { schedule, type Schedule } from './schedule.js';

/** Options of {@link inverseSquareRoot}. */
export interface InverseSquareRootOptions {
  /** The largest rate, reached at the last step of the warm-up; above 0. */
  readonly peak: number;
  /** w: in how many steps the rate rises; a whole number, at least 1. */
  readonly warmupSteps: number;
}

/**
 * A linear rise, then a fall with the root of the step: a schedule that need not know where training ends.
 *
 * ```text
 * rate(s) = peak · min((s + 1) / w, √(w / (s + 1)))
 * ```
 *
 * The original has d^−½ · w^−½ as the peak, for a model d wide.
 *
 * @throws LimbeckError `invalid-option`
 * @see Vaswani et al., "Attention Is All You Need", 2017, equation 3. {@link https://arxiv.org/abs/1706.03762}
 */
export function inverseSquareRoot(options: InverseSquareRootOptions): Schedule {
  const { peak, warmupSteps } = options;
  checkPositive('inverseSquareRoot', { peak }, 'Pass a rate such as 1e-3.');
  checkWhole('inverseSquareRoot', { warmupSteps }, 1, 'Use 1 for none, or 4000.');
  return schedule('inverseSquareRoot', options, (step) => {
    const risen = step.cast('float32').add(1).div(warmupSteps);
    return risen.minimum(risen.scalar(1).div(risen.sqrt())).mul(peak);
  });
}
