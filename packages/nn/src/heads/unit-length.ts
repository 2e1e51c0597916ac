import type { Tensor } from '@limbeck/tensor';

/**
 * x / ‖x‖ over the last axis; a vector of zeros stays one.
 *
 * @param x - floats `[…, width]`
 */
export function unitLength(x: Tensor): Tensor {
  const squares = x.square().sum(-1, { keep: true });
  const smallest = 1e-24;
  const length = squares.maximum(smallest).sqrt();
  // Where there is no direction there is no gradient either, rather than one of 10¹².
  return x.mul(squares.greater(smallest).cast(x.dtype).div(length));
}
