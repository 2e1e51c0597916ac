import { checkBetween, checkPositive } from '@limbeck/core';
import type { Optimizer, Tensor } from '@limbeck/tensor';
import { decayAll, type DecayMask } from './decay-mask.js';
import { type FactoredMoments, factoredStep, zeroedMoments } from './factored-moments.js';
import { at } from './paths.js';
import { rateConfig, rateOf } from './rate.js';
import { schedule, type Schedule } from './schedule.js';

/** Options of {@link adafactor}. */
export interface AdafactorOptions {
  /** ρ: how far a step goes: a number above 0, or a schedule. @defaultValue min(0.01, 1 / √t), the paper's */
  readonly rate?: number | Schedule;
  /** Whether a step is relative: ρ times the larger of ε₂ and the parameter's root mean square. @defaultValue true */
  readonly relative?: boolean;
  /** d: the largest root mean square of a step's direction; larger ones are scaled down. Above 0. @defaultValue 1 */
  readonly clip?: number;
  /** The second moment keeps 1 − t^−this at step t; above 0, at most 1. @defaultValue 0.8 */
  readonly decayExponent?: number;
  /** ε₁ is added to squared gradients, ε₂ is the least scale of a relative step; above 0. @defaultValue [1e-30, 1e-3] */
  readonly epsilons?: readonly [square: number, scale: number];
  /** λ: the share of a parameter that a step of rate 1 takes away; at least 0. @defaultValue 0 */
  readonly weightDecay?: number;
  /** Which parameters decay. @defaultValue all */
  readonly decay?: DecayMask;
}

/** The paper's ρ: min(0.01, 1 / √t). */
const paperRate = schedule('adafactor', {}, (step) => {
  const root = step.cast('float32').add(1).sqrt();
  return root.scalar(1).div(root).minimum(0.01);
});

/**
 * Adam without momentum whose second moments of a matrix are the product of their row and column means: next to no
 * memory beside the parameters.
 *
 * ```text
 * β = 1 − t^−0.8        α = max(ε₂, RMS(θ)) · ρ
 * R ← β R + (1 − β) mean over columns (g² + ε₁)        C ← β C + (1 − β) mean over rows (g² + ε₁)
 * V = R Cᵀ / mean R        u = g / √V        θ ← θ − α · u / max(1, RMS(u) / d)
 * ```
 *
 * A vector's V ← β V + (1 − β) (g² + ε₁). A kernel of more than two axes counts as a matrix with its first axis as rows.
 *
 * @throws LimbeckError `invalid-option`; `missing-signal`, when applied, if a parameter has no gradient
 * @see Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018, algorithms 4 to 6.
 * {@link https://arxiv.org/abs/1804.04235}
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer<FactoredMoments> {
  const { rate = paperRate, relative = true, clip = 1, decayExponent = 0.8 } = options;
  const { epsilons = [1e-30, 1e-3], weightDecay = 0, decay = decayAll } = options;
  const [floor, least] = epsilons;
  const rateAt = rateOf('adafactor', rate);
  checkPositive('adafactor', { clip, decayExponent }, 'Use 1 and 0.8.');
  checkBetween('adafactor', { decayExponent }, 0, 1, 'Use 0.8.');
  checkPositive('adafactor', { epsilon1: floor, epsilon2: least }, 'Use 1e-30 and 1e-3.');
  checkBetween('adafactor', { weightDecay }, 0, Infinity, 'Use 0 for none.');
  const settings = { relative, clip, decayExponent, epsilons, weightDecay };

  return {
    name: 'adafactor',
    config: { rate: rateConfig(rate), ...settings },
    init: (parameters) => zeroedMoments('adafactor', parameters),
    update: ({ parameters, gradients, state, ...clock }) => {
      const rho = rateAt(clock);
      // t to the power −0.8 is 1 − β: 1 at the first step.
      const taken = clock.step.cast('float32').add(1).log().mul(-decayExponent).exp();
      const moments = factoredStep('adafactor', { state, taken, floor });
      const shrink = rho.mul(-weightDecay).add(1);
      const next: { [path: string]: Tensor } = {};
      for (const [path, theta] of Object.entries(parameters)) {
        const u = moments.next(path, at('adafactor', 'gradient', gradients, path));
        if (theta.shape.includes(0)) {
          next[path] = theta;
          continue;
        }
        const r = rho.cast(theta.dtype);
        const alpha = relative ? rootMeanSquare(theta).maximum(least).mul(r) : r;
        const size = alpha.div(rootMeanSquare(u).div(clip).maximum(1));
        const decays = weightDecay > 0 && decay(path, theta);
        const kept = decays ? theta.mul(shrink.cast(theta.dtype)) : theta;
        next[path] = kept.sub(u.mul(size));
      }
      return { parameters: next, state: moments.state, metrics: { rate: rho } };
    },
  };
}

function rootMeanSquare(x: Tensor): Tensor {
  return x.square().mean().sqrt();
}
