import type { Tensor } from '@limbeck/tensor';

/** A norm's scale, and its shift where it has one: `[width]` each. */
export type NormParameters = {
  /** γ, `[width]`. */
  readonly gamma: Tensor;
  /** β, `[width]`; a norm without one divides by the root mean square and does not centre. */
  readonly beta?: Tensor;
};

/**
 * Layer norm where there is a shift, and otherwise
 *
 * ```text
 * γ x / √(mean(x²) + ε)      over the last axis
 * ```
 *
 * @throws LimbeckError `shape-mismatch`
 * @see Ba, Kiros and Hinton, "Layer Normalization", 2016. {@link https://arxiv.org/abs/1607.06450}
 * @see Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019. {@link https://arxiv.org/abs/1910.07467}
 */
export function norm({ gamma, beta }: NormParameters, x: Tensor, epsilon: number): Tensor {
  if (beta !== undefined) return x.layerNorm(gamma, beta, epsilon);
  return x.rmsNorm(gamma, epsilon);
}
