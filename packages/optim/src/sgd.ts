import { checkBetween, LimbeckError } from '@limbeck/core';
import { type Optimizer, sgdUpdate, type Tensor } from '@limbeck/tensor';
import { decayAll, type DecayMask } from './decay-mask.js';
import { at, type ByPath, zerosByPath } from './paths.js';
import { rateConfig, rateOf } from './rate.js';
import type { Schedule } from './schedule.js';

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** How far a step goes: a number above 0, or a schedule. */
  readonly rate: number | Schedule;
  /** How much of the velocity is kept from step to step, from 0 to 1. @defaultValue 0 */
  readonly momentum?: number;
  /** Whether the step looks ahead along the velocity; needs momentum. @defaultValue false */
  readonly nesterov?: boolean;
  /** λ: this multiple of a parameter is added to its gradient; at least 0. @defaultValue 0 */
  readonly weightDecay?: number;
  /** Which parameters decay. @defaultValue all */
  readonly decay?: DecayMask;
}

/** What {@link sgd} keeps: a velocity for each parameter, or nothing without momentum. */
export type SgdState = {
  /** v by path; empty without momentum. */
  readonly velocity: ByPath;
};

/**
 * Stochastic gradient descent with momentum.
 *
 * ```text
 * g ← g + λ θ        v ← μ v + g        θ ← θ − rate · v                without nesterov
 *                                       θ ← θ − rate · (g + μ v)        with it
 * ```
 *
 * @throws LimbeckError `invalid-option`; `missing-signal`, when applied, if a parameter has no gradient
 * @see Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", 2013.
 */
export function sgd(options: SgdOptions): Optimizer<SgdState> {
  const { momentum = 0, nesterov = false, weightDecay = 0, decay = decayAll } = options;
  const rateAt = rateOf('sgd', options.rate);
  checkBetween('sgd', { momentum }, 0, 1, 'Use 0 for none, or a value such as 0.9.');
  checkBetween('sgd', { weightDecay }, 0, Infinity, 'Use 0 for none.');
  if (nesterov && momentum === 0) {
    throw new LimbeckError('invalid-option', {
      where: 'sgd',
      given: 'nesterov with momentum 0',
      expected: 'a momentum above 0',
      next: 'Pass a momentum such as 0.9, or leave nesterov out.',
    });
  }

  return {
    name: 'sgd',
    config: { rate: rateConfig(options.rate), momentum, nesterov, weightDecay },
    init: (parameters) => {
      const velocity = zerosByPath('sgd', parameters);
      return { velocity: momentum === 0 ? {} : velocity };
    },
    update: ({ parameters, gradients, state, ...clock }) => {
      const rate = rateAt(clock);
      const next: { [path: string]: Tensor } = {};
      const velocity: { [path: string]: Tensor } = {};
      for (const [path, theta] of Object.entries(parameters)) {
        const gradient = at('sgd', 'gradient', gradients, path);
        const decays = weightDecay > 0 && decay(path, theta);
        const moving =
          momentum > 0 ? { velocity: at('sgd', 'velocity', state.velocity, path), momentum } : {};
        const coupled = decays ? weightDecay : 0;
        const updated = sgdUpdate({
          parameter: theta,
          gradient,
          rate,
          nesterov,
          coupled,
          ...moving,
        });
        next[path] = updated.parameter;
        if (updated.velocity !== undefined) velocity[path] = updated.velocity;
      }
      return { parameters: next, state: { velocity }, metrics: { rate } };
    },
  };
}
