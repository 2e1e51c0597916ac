import { checkBetween } from '@limbeck/core';
import type { Optimizer, Tensor } from '@limbeck/tensor';
import { adamStep, checkMoments, type MomentOptions, type Moments } from './adam-moments.js';
import { decayAll, type DecayMask } from './decay-mask.js';
import { at, zerosByPath } from './paths.js';
import { rateConfig, rateOf } from './rate.js';
import type { Schedule } from './schedule.js';

/** Options of {@link lamb}. */
export interface LambOptions extends MomentOptions {
  /** How far a step goes, as a share of a parameter's norm: a number above 0, or a schedule. */
  readonly rate: number | Schedule;
  /** ε: keeps the quotient finite where gradients are 0; above 0. @defaultValue 1e-6 */
  readonly epsilon?: number;
  /** λ: this multiple of a parameter is added to its direction; at least 0. @defaultValue 0.01 */
  readonly weightDecay?: number;
  /** Which parameters decay. @defaultValue all */
  readonly decay?: DecayMask;
  /** Which parameters' steps are scaled by their norm; the others go as in `adamw`. @defaultValue all */
  readonly scaled?: DecayMask;
}

/**
 * Adam with each parameter's step scaled to the parameter's norm, for batches of thousands.
 *
 * ```text
 * m, v, m̂, v̂ as in Adam        r = m̂ / (√v̂ + ε) + λ θ        θ ← θ − rate · ‖θ‖ / ‖r‖ · r
 * ```
 *
 * The factor is 1 where one of the norms is 0. The paper's φ is the identity.
 *
 * @throws LimbeckError `invalid-option`; `missing-signal`, when applied, if a parameter has no gradient
 * @see You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", 2020, algorithm 2.
 * {@link https://arxiv.org/abs/1904.00962}
 */
export function lamb(options: LambOptions): Optimizer<Moments> {
  const { betas = [0.9, 0.999], epsilon = 1e-6, weightDecay = 0.01 } = options;
  const { decay = decayAll, scaled = decayAll } = options;
  const rateAt = rateOf('lamb', options.rate);
  checkMoments('lamb', betas, epsilon);
  checkBetween('lamb', { weightDecay }, 0, Infinity, 'Use 0 for none.');

  return {
    name: 'lamb',
    config: { rate: rateConfig(options.rate), betas, epsilon, weightDecay },
    init: (parameters) => ({
      first: zerosByPath('lamb', parameters),
      second: zerosByPath('lamb', parameters),
    }),
    update: ({ parameters, gradients, state, ...clock }) => {
      const rate = rateAt(clock);
      const moments = adamStep(
        'lamb',
        { betas, epsilon },
        { state, step: clock.step, rate: rate.scalar(1) },
      );
      const next: { [path: string]: Tensor } = {};
      for (const [path, theta] of Object.entries(parameters)) {
        const plain = moments.next(path, at('lamb', 'gradient', gradients, path));
        const decays = weightDecay > 0 && decay(path, theta);
        const r = decays ? plain.add(theta.mul(weightDecay)) : plain;
        const size = scaled(path, theta) ? rate.mul(trust(theta, r).cast('float32')) : rate;
        next[path] = theta.sub(r.mul(size.cast(theta.dtype)));
      }
      return { parameters: next, state: moments.state, metrics: { rate } };
    },
  };
}

/** ‖θ‖ / ‖r‖, or 1 where one of them is 0. */
function trust(theta: Tensor, r: Tensor): Tensor {
  const own = theta.square().sum().sqrt();
  const other = r.square().sum().sqrt();
  return own.mul(other).greater(0).where(own.div(other), own.scalar(1));
}
