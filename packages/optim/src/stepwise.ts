import { checkBetween, checkPositive, checkWhole, LimbeckError } from '@limbeck/core';
import { scalar, type Tensor } from '@limbeck/tensor';
import { schedule, type Schedule } from './schedule.js';

/** Options of {@link stepwise}: exactly one of `every` and `at`. */
export interface StepwiseOptions {
  /** The rate before the first fall; above 0. */
  readonly rate: number;
  /** What each fall multiplies the rate by; above 0, at most 1. @defaultValue 0.1 */
  readonly factor?: number;
  /** The rate falls after each so many steps; a whole number, at least 1. */
  readonly every?: number;
  /** The rate falls where these shares of all steps are done, such as `[0.5, 0.75]`; from 0 to 1. */
  readonly at?: readonly number[];
}

/**
 * A rate that falls in steps: rate · factorᵏ after k falls.
 *
 * @throws LimbeckError `invalid-option`
 * @see He et al., "Deep Residual Learning for Image Recognition", 2016, §4.2, falls by 0.1 at 0.5 and 0.75 of all
 * iterations. {@link https://arxiv.org/abs/1512.03385}
 */
export function stepwise(options: StepwiseOptions): Schedule {
  const { rate, factor = 0.1, every, at } = options;
  checkPositive('stepwise', { rate, factor }, 'Pass a rate such as 0.1 and a factor such as 0.1.');
  checkBetween('stepwise', { factor }, 0, 1, 'Use 0.1.');
  if ((every === undefined) === (at === undefined)) {
    throw new LimbeckError('invalid-option', {
      where: 'stepwise',
      given: every === undefined ? 'neither every nor at' : 'both every and at',
      expected: 'one of them',
      next: 'Say every how many steps the rate falls, or at which shares of all steps.',
    });
  }
  if (every !== undefined) checkWhole('stepwise', { every }, 1, 'Pass a number of steps.');
  for (const share of at ?? []) checkBetween('stepwise', { at: share }, 0, 1, 'Use [0.5, 0.75].');

  return schedule('stepwise', { ...options, factor }, (step, steps) => {
    const falls =
      every === undefined ? fallsAt(at ?? [], step, steps) : step.div(every).cast('float32');
    return falls.mul(Math.log(factor)).exp().mul(rate);
  });
}

/** How many of the shares of all steps are done. */
function fallsAt(shares: readonly number[], step: Tensor, steps: Tensor): Tensor {
  const s = step.cast('float32');
  const all = steps.cast('float32');
  // A small subtrahend undoes the rounding of the product: 0.1 of 10 steps is 1.
  const passed = shares.map((share) => s.greaterOrEqual(all.mul(share).sub(1e-3)).cast('float32'));
  return passed.reduce((sum, one) => sum.add(one), scalar(0));
}
