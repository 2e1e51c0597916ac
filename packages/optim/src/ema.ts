import { checkBetween } from '@limbeck/core';
import { movingAverage } from '@limbeck/tensor';
import { type Average, copies } from './average.js';
import { at, mapPaths } from './paths.js';

/** Options of {@link ema}. */
export interface EmaOptions {
  /** How much of the average is kept from step to step, from 0 to 1. @defaultValue 0.999 */
  readonly decay?: number;
  /**
   * Whether the first steps keep less, min(decay, (1 + s) / (10 + s)), so that the start is soon forgotten.
   * @defaultValue false
   */
  readonly warmup?: boolean;
}

/**
 * The exponential moving average of parameters, a ← d a + (1 − d) θ, as a teacher or as what ships.
 *
 * @throws LimbeckError `invalid-option`
 * @see Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; Tarvainen and Valpola,
 * "Mean teachers are better role models", 2017. {@link https://arxiv.org/abs/1703.01780}
 */
export function ema(options: EmaOptions = {}): Average {
  const { decay = 0.999, warmup = false } = options;
  checkBetween('ema', { decay }, 0, 1, 'Use a value such as 0.999.');
  return {
    config: { name: 'ema', decay, warmup },
    init: copies,
    update: ({ average, parameters, step }) => {
      const s = step.cast('float32');
      const taken = warmup
        ? s
            .scalar(9)
            .div(s.add(10))
            .maximum(1 - decay)
        : s.scalar(1 - decay);
      return mapPaths(parameters, (theta, path) => {
        const a = at('ema', 'average', average, path);
        return movingAverage(a, theta, taken);
      });
    },
  };
}
