import type { Tensor } from '@limbeck/tensor';

/** A linear map whose bias may be missing: weight `[in, out]`, bias `[out]`. */
export type ProjectionParameters = {
  /** `[in, out]`. */
  readonly weight: Tensor;
  /** `[out]`. */
  readonly bias?: Tensor;
};

/**
 * x W, and + b where there is one, over the last axis: `[…, in]` to `[…, out]`.
 *
 * @throws LimbeckError `shape-mismatch`
 */
export function project({ weight, bias }: ProjectionParameters, x: Tensor): Tensor {
  if (bias !== undefined) return x.affine(weight, bias);
  // Two axes, so that it becomes one plain product of matrices.
  const product = x.reshape([-1, weight.shape[0]!]).matmul(weight);
  return product.reshape([...x.shape.slice(0, -1), weight.shape[1]!]);
}
