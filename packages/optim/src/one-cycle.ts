import { checkBetween, checkPositive } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { schedule, type Schedule } from './schedule.js';

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The largest rate; above 0. */
  readonly peak: number;
  /** The share of all steps in which the rate rises, between 0 and 1. @defaultValue 0.3 */
  readonly rise?: number;
  /** The first rate is `peak` over this; at least 1. @defaultValue 25 */
  readonly startDivisor?: number;
  /** The last rate is the first over this; at least 1. @defaultValue 10000 */
  readonly endDivisor?: number;
}

/**
 * Half a cosine up, half a cosine down to a far smaller rate.
 *
 * ```text
 * u = rise · steps − 1        first = peak / startDivisor        last = first / endDivisor
 * rate(s) = peak + (first − peak) · (1 + cos(π s / u)) / 2                      s ≤ u
 *         = last + (peak − last) · (1 + cos(π (s − u) / (steps − 1 − u))) / 2   s > u
 * ```
 *
 * The formulas are those of PyTorch's `OneCycleLR`, whose momentum is left alone.
 *
 * @throws LimbeckError `invalid-option`
 * @see Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018.
 * {@link https://arxiv.org/abs/1708.07120}
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { peak, rise = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
  checkPositive('oneCycle', { peak }, 'Pass a rate such as 1e-3.');
  checkBetween('oneCycle', { rise }, 0, 1, 'Use 0.3.');
  checkBetween('oneCycle', { startDivisor, endDivisor }, 1, Infinity, 'Use 25 and 10000.');
  const first = peak / startDivisor;
  const last = first / endDivisor;
  const half = (from: number, to: number, share: Tensor): Tensor =>
    share
      .maximum(0)
      .minimum(1)
      .mul(Math.PI)
      .cos()
      .add(1)
      .mul((from - to) / 2)
      .add(to);

  const config = { peak, rise, startDivisor, endDivisor };
  return schedule('oneCycle', config, (step, steps) => {
    const s = step.cast('float32');
    const all = steps.cast('float32');
    const top = all.mul(rise).sub(1).maximum(0);
    const up = half(first, peak, s.div(top.maximum(1e-6)));
    const down = half(peak, last, s.sub(top).div(all.sub(1).sub(top).maximum(1e-6)));
    return s.lessOrEqual(top).where(up, down);
  });
}
