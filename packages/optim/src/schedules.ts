import { checkBetween, checkPositive } from '@limbeck/core';
import { scalar, type Tensor } from '@limbeck/tensor';
import { schedule, type Schedule } from './schedule.js';

/** Options of {@link cosine} and {@link linear}. */
export interface DecayOptions {
  /** The largest rate, reached after the warm-up; above 0. */
  readonly peak: number;
  /** The share of all steps in which the rate rises from near 0 to `peak`; from 0 to 1. @defaultValue 0 */
  readonly warmup?: number;
  /** The rate that is reached when all steps are done; from 0 to `peak`. @defaultValue 0 */
  readonly floor?: number;
}

/** Options of {@link polynomial}. */
export interface PolynomialOptions extends DecayOptions {
  /** The exponent of the fall: 1 is {@link linear}, more falls sooner; above 0. */
  readonly power: number;
}

/** The same rate at every step. @throws LimbeckError `invalid-option` unless it is a finite number above 0 */
export function constant(rate: number): Schedule {
  checkPositive('constant', { rate }, 'Pass a rate such as 1e-3.');
  return schedule('constant', { rate }, () => scalar(rate));
}

/**
 * A linear rise, then half a cosine down.
 *
 * ```text
 * w = ⌊warmup · steps⌋
 * rate(s) = peak · (s + 1) / w                                           s < w
 *         = floor + (peak − floor) · (1 + cos(π (s − w) / (steps − w))) / 2   s ≥ w
 * ```
 *
 * The last step that is done has s = steps − 1 and a rate just above `floor`.
 *
 * @throws LimbeckError `invalid-option`
 * @example
 * ```ts
 * import { adamw, cosine } from '@limbeck/optim';
 *
 * const optimizer = adamw({ rate: cosine({ peak: 3e-3, warmup: 0.05 }) });
 * console.log(optimizer.name); // adamw
 * ```
 * @see Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, equation 5, without
 * restarts. {@link https://arxiv.org/abs/1608.03983}
 */
export function cosine(options: DecayOptions): Schedule {
  return decay('cosine', options, (done) => done.mul(Math.PI).cos().add(1).mul(0.5));
}

/**
 * A linear rise, then a straight line down: {@link cosine} with 1 − (s − w) / (steps − w) as the fall.
 *
 * @throws LimbeckError `invalid-option`
 */
export function linear(options: DecayOptions): Schedule {
  return decay('linear', options, (done) => done.neg().add(1));
}

/**
 * A linear rise, then a power of a straight line down: {@link cosine} with (1 − (s − w) / (steps − w))ᵖ as the fall.
 *
 * @throws LimbeckError `invalid-option`
 */
export function polynomial(options: PolynomialOptions): Schedule {
  const { power } = options;
  checkPositive('polynomial', { power }, 'Use 1 for a straight line, or 2.');
  return decay('polynomial', options, (done) => done.neg().add(1).pow(power));
}

function decay(where: string, options: DecayOptions, fall: (done: Tensor) => Tensor): Schedule {
  const { peak, warmup = 0, floor = 0 } = options;
  checkPositive(where, { peak }, 'Pass a rate such as 1e-3.');
  checkBetween(where, { warmup }, 0, 1, 'Divide the steps of the warm-up by the steps in all.');
  checkBetween(where, { floor }, 0, peak, 'Use 0 to end at 0.');

  return schedule(where, { ...options, warmup, floor }, (step, steps) => {
    const s = step.cast('float32');
    const all = steps.cast('float32');
    // Whole steps: a cast cuts off the fraction. The small addend undoes the rounding of the product.
    const rising = all.mul(warmup).add(1e-3).cast('int64').cast('float32');
    const done = s.sub(rising).div(all.sub(rising).maximum(1)).maximum(0).minimum(1);
    const falling = fall(done)
      .mul(peak - floor)
      .add(floor);
    if (warmup === 0) return falling;
    const rise = s.add(1).div(rising.maximum(1)).mul(peak);
    return s.less(rising).where(rise, falling);
  });
}
