import { LimbeckError } from '@limbeck/core';
import { sameShape, showShape, type Tensor } from '@limbeck/tensor';

/**
 * The mean over the items that the mask keeps: `[batch, items, width]` and `[batch, items]` to `[batch, width]`; zeros
 * where it keeps none.
 *
 * @throws LimbeckError `shape-mismatch`
 */
export function maskedMean(x: Tensor, mask: Tensor): Tensor {
  checkMask('maskedMean', x, mask);
  const kept = mask.cast(x.dtype);
  const total = x.mul(kept.reshape([...kept.shape, 1])).sum(1);
  return total.div(kept.sum(1, { keep: true }).maximum(1));
}

/**
 * The largest value of each feature over the items that the mask keeps: `[batch, items, width]` and `[batch, items]` to
 * `[batch, width]`; zeros where it keeps none. What is masked must be finite.
 *
 * @throws LimbeckError `shape-mismatch`
 */
export function maskedMax(x: Tensor, mask: Tensor): Tensor {
  checkMask('maskedMax', x, mask);
  const kept = mask.cast(x.dtype);
  const column = kept.reshape([...kept.shape, 1]);
  // 0 · x − far where masked: a product, since Where costs ten times as much.
  const far = 1e30;
  const largest = x.mul(column).add(column.sub(1).mul(far)).max(1);
  return largest.mul(kept.max(1, { keep: true }));
}

/** @throws LimbeckError `shape-mismatch` */
function checkMask(where: string, x: Tensor, mask: Tensor): void {
  if (x.shape.length === 3 && sameShape(x.shape.slice(0, 2), mask.shape)) return;
  throw new LimbeckError('shape-mismatch', {
    where,
    given: `${showShape(x.shape)} and a mask ${showShape(mask.shape)}`,
    expected: '[batch, items, width] and [batch, items]',
    next: 'Put the items on the second axis, and pass one mask value for each.',
  });
}
