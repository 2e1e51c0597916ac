import { checkBetween } from '@limbeck/core';
import type { Optimizer, Tensor } from '@limbeck/tensor';
import { decayAll, type DecayMask } from './decay-mask.js';
import { at, type ByPath, zerosByPath } from './paths.js';
import { rateConfig, rateOf } from './rate.js';
import type { Schedule } from './schedule.js';

/** Options of {@link lion}. */
export interface LionOptions {
  /** How far every weight goes in a step: a number above 0, or a schedule. A third to a tenth of AdamW's does. */
  readonly rate: number | Schedule;
  /** β₁ and β₂: how much of the momentum counts in a step and is kept for the next, from 0 to 1. @defaultValue [0.9, 0.99] */
  readonly betas?: readonly [step: number, kept: number];
  /** λ: the share of a parameter that a step of rate 1 takes away; at least 0. @defaultValue 0 */
  readonly weightDecay?: number;
  /** Which parameters decay. @defaultValue all */
  readonly decay?: DecayMask;
}

/** What {@link lion} keeps: one momentum for each parameter. */
export type LionState = {
  /** m by path. */
  readonly momentum: ByPath;
};

/**
 * Steps of one size for every weight, along the sign of a momentum: one number of state a weight.
 *
 * ```text
 * c = β₁ m + (1 − β₁) g        θ ← θ − rate · (sign c + λ θ)        m ← β₂ m + (1 − β₂) g
 * ```
 *
 * @throws LimbeckError `invalid-option`; `missing-signal`, when applied, if a parameter has no gradient
 * @see Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2.
 * {@link https://arxiv.org/abs/2302.06675}
 */
export function lion(options: LionOptions): Optimizer<LionState> {
  const { betas = [0.9, 0.99], weightDecay = 0, decay = decayAll } = options;
  const [beta1, beta2] = betas;
  const rateAt = rateOf('lion', options.rate);
  checkBetween('lion', { beta1, beta2 }, 0, 1, 'Use values such as 0.9 and 0.99.');
  checkBetween('lion', { weightDecay }, 0, Infinity, 'Use 0 for none.');

  return {
    name: 'lion',
    config: { rate: rateConfig(options.rate), betas, weightDecay },
    init: (parameters) => ({ momentum: zerosByPath('lion', parameters) }),
    update: ({ parameters, gradients, state, ...clock }) => {
      const rate = rateAt(clock);
      const shrink = rate.mul(-weightDecay).add(1);
      const next: { [path: string]: Tensor } = {};
      const momentum: { [path: string]: Tensor } = {};
      for (const [path, theta] of Object.entries(parameters)) {
        const g = at('lion', 'gradient', gradients, path);
        const m = at('lion', 'momentum', state.momentum, path);
        const c = m.mul(beta1).add(g.mul(1 - beta1));
        const decays = weightDecay > 0 && decay(path, theta);
        const kept = decays ? theta.mul(shrink.cast(theta.dtype)) : theta;
        next[path] = kept.sub(c.sign().mul(rate.cast(theta.dtype)));
        momentum[path] = m.mul(beta2).add(g.mul(1 - beta2));
      }
      return { parameters: next, state: { momentum }, metrics: { rate } };
    },
  };
}
