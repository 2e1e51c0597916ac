import { checkBetween } from '@limbeck/core';
import type { Optimizer, Tensor } from '@limbeck/tensor';
import { adamStep, checkMoments, type MomentOptions, type Moments } from './adam-moments.js';
import { decayAll, type DecayMask } from './decay-mask.js';
import { at, zerosByPath } from './paths.js';
import { rateConfig, rateOf } from './rate.js';
import type { Schedule } from './schedule.js';

/** Options of {@link adamw}. */
export interface AdamwOptions extends MomentOptions {
  /** How far a step goes: a number above 0, or a schedule. */
  readonly rate: number | Schedule;
  /** ε: keeps the quotient finite where gradients are 0; above 0. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** λ: the share of a parameter that a step of rate 1 takes away; at least 0. @defaultValue 0.01 */
  readonly weightDecay?: number;
  /** Which parameters decay. @defaultValue all */
  readonly decay?: DecayMask;
}

/** What {@link adamw} keeps for each parameter: m / (1 − β₁) and v / (1 − β₂). */
export type AdamwState = Moments;

/**
 * Adam with decoupled weight decay.
 *
 * ```text
 * m ← β₁ m + (1 − β₁) g       m̂ = m / (1 − β₁ᵗ)        θ ← θ − rate · (m̂ / (√v̂ + ε) + λ θ)
 * v ← β₂ v + (1 − β₂) g²      v̂ = v / (1 − β₂ᵗ)        t = 1, 2, …
 * ```
 *
 * The moments are kept as m / (1 − β₁) and v / (1 − β₂), and the constants are folded into the rate and into ε: the
 * same numbers in eleven operations a tensor.
 *
 * @throws LimbeckError `invalid-option`; `missing-signal`, when applied, if a parameter has no gradient
 * @example
 * ```ts
 * import { adamw, cosine, decayMatrices } from '@limbeck/optim';
 *
 * const rate = cosine({ peak: 1e-3, warmup: 0.1 });
 * const optimizer = adamw({ rate, weightDecay: 0.05, decay: decayMatrices });
 * console.log(optimizer.name); // adamw
 * ```
 * @see Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2.
 * {@link https://arxiv.org/abs/1711.05101}
 */
export function adamw(options: AdamwOptions): Optimizer<AdamwState> {
  const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0.01, decay = decayAll } = options;
  const rateAt = rateOf('adamw', options.rate);
  checkMoments('adamw', betas, epsilon);
  checkBetween('adamw', { weightDecay }, 0, Infinity, 'Use 0 for none.');

  return {
    name: 'adamw',
    config: { rate: rateConfig(options.rate), betas, epsilon, weightDecay },
    init: (parameters) => ({
      first: zerosByPath('adamw', parameters),
      second: zerosByPath('adamw', parameters),
    }),
    update: ({ parameters, gradients, state, ...clock }) => {
      const rate = rateAt(clock);
      const moments = adamStep('adamw', { betas, epsilon }, { state, step: clock.step, rate });
      const shrink = rate.mul(-weightDecay).add(1);
      const next: { [path: string]: Tensor } = {};
      for (const [path, theta] of Object.entries(parameters)) {
        const g = at('adamw', 'gradient', gradients, path);
        const decays = weightDecay > 0 && decay(path, theta);
        next[path] = moments.update(path, theta, g, decays ? { shrink } : {});
      }
      return { parameters: next, state: moments.state, metrics: { rate } };
    },
  };
}
