import { checkWhole } from '@limbeck/core';
import { movingAverage } from '@limbeck/tensor';
import { type Average, copies } from './average.js';
import { at, mapPaths } from './paths.js';

/** Options of {@link swa}. */
export interface SwaOptions {
  /** After how many steps the first parameters are taken; a whole number, at least 1. */
  readonly start: number;
  /** Steps from one taking to the next; a whole number, at least 1. @defaultValue 1 */
  readonly every?: number;
}

/**
 * The equal average of the parameters after `start` steps and after each `every` steps from there on.
 *
 * ```text
 * a ← θ                          before, and at the first taking
 * a ← a + (θ − a) / (n + 1)      with n taken before
 * ```
 *
 * Until `start` the average is the parameters themselves, so that it can always be evaluated.
 *
 * @throws LimbeckError `invalid-option`
 * @see Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018, algorithm 1.
 * {@link https://arxiv.org/abs/1803.05407}
 */
export function swa(options: SwaOptions): Average {
  const { start, every = 1 } = options;
  checkWhole(
    'swa',
    { start, every },
    1,
    'Use three quarters of all steps, and the steps of an epoch.',
  );
  return {
    config: { name: 'swa', start, every },
    init: copies,
    update: ({ average, parameters, step }) => {
      const since = step.add(1 - start);
      const behind = since.maximum(0);
      const count = behind.div(every).cast('float32').add(1);
      const due = behind.mod(every).equal(0).cast('float32');
      // 1 up to the start: the average follows.
      const taken = since.less(1).where(count.scalar(1), due.div(count));
      return mapPaths(parameters, (theta, path) => {
        const a = at('swa', 'average', average, path);
        return movingAverage(a, theta, taken);
      });
    },
  };
}
