import { checkBetween, type HostTree, type Rng, type Specs } from '@limbeck/core';
import { type Context, dimension, multiplyDims, type Tensor } from '@limbeck/tensor';
import { fresh, freshScale, freshShift, start } from '../weights/fresh.js';
import { ones } from '../initialisers.js';

/** A batch norm's scale γ and shift β, `[channels]` each. */
export type BatchNormParameters = {
  /** γ, `[channels]`. */
  readonly gamma: Tensor;
  /** β, `[channels]`. */
  readonly beta: Tensor;
};

/** A batch norm's running statistics, `[channels]` each. */
export type BatchNormState = {
  /** Of what it has seen. */
  readonly mean: Tensor;
  /** Likewise, divided by n − 1. */
  readonly variance: Tensor;
};

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** How much of each batch goes into the running statistics. @defaultValue 0.1 */
  readonly momentum?: number;
  /** Added to variances. @defaultValue 1e-5 */
  readonly epsilon?: number;
}

/** The specs of {@link batchNorm}'s parameters and how they start: γ 1, β 0. */
export function batchNormParameters(channels: number): Specs<BatchNormParameters> {
  return { gamma: freshScale(channels), beta: freshShift(channels) };
}

/** The specs of its state and how it starts: mean 0, variance 1. */
export function batchNormState(channels: number): Specs<BatchNormState> {
  return { mean: freshShift(channels), variance: fresh([channels], ones) };
}

/** Fresh parameters and state of {@link batchNorm}. */
export function batchNormValues(
  rng: Rng,
  channels: number,
): {
  readonly parameters: HostTree<BatchNormParameters>;
  readonly state: HostTree<BatchNormState>;
} {
  return {
    parameters: start<BatchNormParameters>(batchNormParameters(channels), rng),
    state: start<BatchNormState>(batchNormState(channels), rng),
  };
}

/**
 * γ (x − μ) / √(σ² + ε) + β for each channel of `[batch, channels, …]`: with the batch's own statistics in training,
 * which move the running ones, and with those otherwise. One element has no variance to speak of, and leaves 0; an empty
 * batch leaves the running statistics as they are.
 *
 * ```text
 * mean ← (1 − m) mean + m μ        variance ← (1 − m) variance + m σ² n / (n − 1)
 * ```
 *
 * @throws LimbeckError `invalid-option`, `shape-mismatch`
 * @see Ioffe and Szegedy, "Batch Normalization", 2015, algorithms 1 and 2. {@link https://arxiv.org/abs/1502.03167}
 */
export function batchNorm(
  { gamma, beta }: BatchNormParameters,
  state: BatchNormState,
  x: Tensor,
  context: Context,
  options: BatchNormOptions = {},
): { readonly y: Tensor; readonly state: BatchNormState } {
  const { momentum = 0.1, epsilon = 1e-5 } = options;
  checkBetween('batchNorm', { momentum }, 0, 1, 'Leave it out for 0.1.');
  if (!context.training) {
    const y = x.batchNormInference(gamma, beta, state.mean, state.variance, { epsilon });
    return { y, state };
  }
  const { y, mean, variance } = x.batchNorm(gamma, beta, { epsilon });
  const [batch, , ...places] = x.shape;
  const size = multiplyDims(batch!, ...places);
  const count = dimension(size).cast('float32');
  const unbiased = variance.mul(count.div(count.sub(1).maximum(1)));
  const moved = (old: Tensor, seen: Tensor): Tensor => {
    const next = old.mul(1 - momentum).add(seen.stopGradient().mul(momentum));
    return typeof size === 'number' && size > 0 ? next : count.greater(0).where(next, old);
  };
  return {
    y,
    state: { mean: moved(state.mean, mean), variance: moved(state.variance, unbiased) },
  };
}
