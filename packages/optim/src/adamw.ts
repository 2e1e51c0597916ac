import { checkBetween, checkPositive } from '@limbeck/core';
import type { Optimizer, Tensor } from '@limbeck/tensor';
import { decayAll, type DecayMask } from './decay-mask.js';
import { at, type ByPath, zerosByPath } from './paths.js';
import { rateOf } from './rate.js';
import type { Schedule } from './schedules.js';

/** Options of {@link adamw}. */
export interface AdamwOptions {
  /** How far a step goes: a number above 0, or a schedule. */
  readonly rate: number | Schedule;
  /** β₁ and β₂: how much of the two moments is kept from step to step, from 0 to below 1. @defaultValue [0.9, 0.999] */
  readonly betas?: readonly [first: number, second: number];
  /** ε: keeps the quotient finite where gradients are 0; above 0. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** λ: the share of a parameter that a step of rate 1 takes away; at least 0. @defaultValue 0.01 */
  readonly weightDecay?: number;
  /** Which parameters decay. @defaultValue all */
  readonly decay?: DecayMask;
}

/** What {@link adamw} keeps for each parameter: m / (1 − β₁) and v / (1 − β₂). */
export type AdamwState = {
  /** m / (1 − β₁) by path. */
  readonly first: ByPath;
  /** v / (1 − β₂) by path. */
  readonly second: ByPath;
};

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
  const [beta1, beta2] = betas;
  const rateAt = rateOf('adamw', options.rate);
  // A moment that keeps everything never learns: 1 − β would be 0 in the correction.
  const largest = 1 - 2 ** -24;
  checkBetween('adamw', { beta1, beta2 }, 0, largest, 'Use values such as 0.9 and 0.999.');
  checkPositive('adamw', { epsilon }, 'Use a value such as 1e-8.');
  checkBetween('adamw', { weightDecay }, 0, Infinity, 'Use 0 for none.');

  return {
    name: 'adamw',
    init: (parameters) => ({
      first: zerosByPath('adamw', parameters),
      second: zerosByPath('adamw', parameters),
    }),
    update: ({ parameters, gradients, state, step, steps }) => {
      const rate = rateAt(step, steps);
      const t = step.cast('float32').add(1);
      // √(v̂ / V) for V = v / (1 − β₂); then m̂ / (√v̂ + ε) = (size / root) M / (√V + ε / root).
      const root = correction(beta2, t).sqrt();
      const size = correction(beta1, t).mul(rate).div(root);
      const tiny = root.scalar(epsilon).div(root);
      const shrink = rate.mul(-weightDecay).add(1);

      const next: { [path: string]: Tensor } = {};
      const first: { [path: string]: Tensor } = {};
      const second: { [path: string]: Tensor } = {};
      for (const [path, theta] of Object.entries(parameters)) {
        const g = at('adamw', 'gradient', gradients, path);
        const m = at('adamw', 'first moment', state.first, path).mul(beta1).add(g);
        const v = at('adamw', 'second moment', state.second, path).mul(beta2).add(g.square());
        const change = m.div(v.sqrt().add(tiny.cast(theta.dtype))).mul(size.cast(theta.dtype));
        const decays = weightDecay > 0 && decay(path, theta);
        const kept = decays ? theta.mul(shrink.cast(theta.dtype)) : theta;
        next[path] = kept.sub(change);
        first[path] = m;
        second[path] = v;
      }
      return { parameters: next, state: { first, second }, metrics: { rate } };
    },
  };
}

/** (1 − β) / (1 − βᵗ) for a scalar t of at least 1. */
function correction(beta: number, t: Tensor): Tensor {
  if (beta === 0) return t.scalar(1);
  // 1 − e^−2y = 2 tanh y / (1 + tanh y): as a difference it would lose four of seven digits at t = 1.
  const y = t.mul(-Math.log(beta) / 2).tanh();
  return y
    .add(1)
    .div(y)
    .mul((1 - beta) / 2);
}
