import { checkBetween, checkPositive, checkWhole, hostTensor } from '@limbeck/core';
import { constant, type Tensor } from '@limbeck/tensor';
import { schedule, type Schedule } from './schedule.js';

/** Options of {@link warmRestarts}. */
export interface WarmRestartsOptions {
  /** The rate at the start of each cycle; above 0. */
  readonly peak: number;
  /** T₀: steps of the first cycle; a whole number, at least 1. */
  readonly period: number;
  /** How many times as long each cycle is as the one before; a whole number, at least 1. @defaultValue 1 */
  readonly stretch?: number;
  /** The rate that the end of a cycle nears; from 0 to `peak`. @defaultValue 0 */
  readonly floor?: number;
}

/** No run has as many steps. */
const furthest = 2 ** 40;

/**
 * Half a cosine down, again and again.
 *
 * ```text
 * Tᵢ = period · stretchⁱ        t: steps done of the cycle i
 * rate = floor + (peak − floor) · (1 + cos(π t / Tᵢ)) / 2
 * ```
 *
 * @throws LimbeckError `invalid-option`
 * @see Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, equation 5.
 * {@link https://arxiv.org/abs/1608.03983}
 */
export function warmRestarts(options: WarmRestartsOptions): Schedule {
  const { peak, period, stretch = 1, floor = 0 } = options;
  checkPositive('warmRestarts', { peak }, 'Pass a rate such as 0.1.');
  checkWhole('warmRestarts', { period, stretch }, 1, 'Use 10 and 2, for example.');
  checkBetween('warmRestarts', { floor }, 0, peak, 'Use 0 to end cycles at 0.');

  const config = { peak, period, stretch, floor };
  return schedule('warmRestarts', config, (step) => {
    const share = stretch === 1 ? evenShare(step, period) : growingShare(step, period, stretch);
    return share
      .mul(Math.PI)
      .cos()
      .add(1)
      .mul((peak - floor) / 2)
      .add(floor);
  });
}

function evenShare(step: Tensor, period: number): Tensor {
  return step.mod(period).cast('float32').div(period);
}

/** Which share of its cycle is done, looked up among all starts of cycles: a logarithm would be off at their edges. */
function growingShare(step: Tensor, period: number, stretch: number): Tensor {
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let start = 0, length = period; start < furthest; length *= stretch) {
    starts.push(start);
    lengths.push(length);
    start += length;
  }
  const vector = (values: readonly number[]): Tensor =>
    constant(hostTensor('int64', [values.length], values));
  const begun = vector(starts).lessOrEqual(step).cast('int64');
  const start = vector(starts).mul(begun).max();
  const length = vector(lengths).mul(begun).max();
  return step.sub(start).cast('float32').div(length.cast('float32'));
}
