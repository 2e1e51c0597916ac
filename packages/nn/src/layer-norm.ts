import { checkWhole, type HostTree, type Rng } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { ones, zeros } from './initialisers.js';

/** A layer norm's scale γ and shift β, `[width]` each. */
export type LayerNormParameters = {
  /** γ, `[width]`. */
  readonly gamma: Tensor;
  /** β, `[width]`. */
  readonly beta: Tensor;
};

/** Fresh parameters of {@link layerNorm}: γ 1, β 0. @throws LimbeckError `invalid-option` */
export function layerNormParameters(rng: Rng, width: number): HostTree<LayerNormParameters> {
  checkWhole('layerNormParameters', { width }, 1, 'Pass the width of the last axis.');
  return { gamma: ones(rng, [width]), beta: zeros(rng, [width]) };
}

/**
 * γ (x − μ) / √(σ² + ε) + β over the last axis.
 *
 * @throws LimbeckError `shape-mismatch`
 * @see Ba, Kiros and Hinton, "Layer Normalization", 2016. {@link https://arxiv.org/abs/1607.06450}
 */
export function layerNorm(parameters: LayerNormParameters, x: Tensor, epsilon = 1e-5): Tensor {
  return x.layerNorm(parameters.gamma, parameters.beta, epsilon);
}
