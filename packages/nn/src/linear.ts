import { checkWhole, type HostTree, type Rng } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { type Initialiser, xavierUniform, zeros } from './initialisers.js';

/** A linear layer's weight `[in, out]` and bias `[out]`. */
export type LinearParameters = {
  /** `[in, out]`. */
  readonly weight: Tensor;
  /** `[out]`. */
  readonly bias: Tensor;
};

/** Options of {@link linearParameters}. */
export interface LinearOptions {
  /** How the weight starts; the bias starts at 0. @defaultValue xavierUniform */
  readonly weight?: Initialiser;
}

/** Fresh parameters of {@link linear}. @throws LimbeckError `invalid-option` */
export function linearParameters(
  rng: Rng,
  inputs: number,
  outputs: number,
  options: LinearOptions = {},
): HostTree<LinearParameters> {
  checkWhole('linearParameters', { inputs, outputs }, 1, 'Pass the widths of both sides.');
  const { weight = xavierUniform } = options;
  return {
    weight: weight(rng.stream('weight'), [inputs, outputs]),
    bias: zeros(rng, [outputs]),
  };
}

/**
 * x W + b over the last axis: `[…, in]` to `[…, out]`.
 *
 * @throws LimbeckError `shape-mismatch`
 */
export function linear(parameters: LinearParameters, x: Tensor): Tensor {
  return x.affine(parameters.weight, parameters.bias);
}
