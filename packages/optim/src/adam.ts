import { checkBetween } from '@limbeck/core';
import type { Optimizer, Tensor } from '@limbeck/tensor';
import { adamStep, checkMoments, type MomentOptions, type Moments } from './adam-moments.js';
import { decayAll, type DecayMask } from './decay-mask.js';
import { at, zerosByPath } from './paths.js';
import { rateConfig, rateOf } from './rate.js';
import type { Schedule } from './schedule.js';

/** Options of {@link adam}. */
export interface AdamOptions extends MomentOptions {
  /** How far a step goes: a number above 0, or a schedule. */
  readonly rate: number | Schedule;
  /** ε: keeps the quotient finite where gradients are 0; above 0. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** λ: this multiple of a parameter is added to its gradient; at least 0. @defaultValue 0 */
  readonly weightDecay?: number;
  /** Which parameters decay. @defaultValue all */
  readonly decay?: DecayMask;
}

/**
 * Adam, with weight decay, if any, as a part of the gradient.
 *
 * ```text
 * g ← g + λ θ
 * m ← β₁ m + (1 − β₁) g       m̂ = m / (1 − β₁ᵗ)        θ ← θ − rate · m̂ / (√v̂ + ε)
 * v ← β₂ v + (1 − β₂) g²      v̂ = v / (1 − β₂ᵗ)        t = 1, 2, …
 * ```
 *
 * `adamw` is the one whose decay does not depend on the gradients' sizes.
 *
 * @throws LimbeckError `invalid-option`; `missing-signal`, when applied, if a parameter has no gradient
 * @see Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.
 * {@link https://arxiv.org/abs/1412.6980}
 */
export function adam(options: AdamOptions): Optimizer<Moments> {
  const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0, decay = decayAll } = options;
  const rateAt = rateOf('adam', options.rate);
  checkMoments('adam', betas, epsilon);
  checkBetween('adam', { weightDecay }, 0, Infinity, 'Use 0 for none.');

  return {
    name: 'adam',
    config: { rate: rateConfig(options.rate), betas, epsilon, weightDecay },
    init: (parameters) => ({
      first: zerosByPath('adam', parameters),
      second: zerosByPath('adam', parameters),
    }),
    update: ({ parameters, gradients, state, ...clock }) => {
      const rate = rateAt(clock);
      const moments = adamStep('adam', { betas, epsilon }, { state, step: clock.step, rate });
      const next: { [path: string]: Tensor } = {};
      for (const [path, theta] of Object.entries(parameters)) {
        const g = at('adam', 'gradient', gradients, path);
        const decays = weightDecay > 0 && decay(path, theta);
        next[path] = moments.update(path, theta, g, { coupled: decays ? weightDecay : 0 });
      }
      return { parameters: next, state: moments.state, metrics: { rate } };
    },
  };
}
