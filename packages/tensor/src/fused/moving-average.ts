import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { checkOneShape } from './adam-update.js';
import { composite } from './composite.js';

const average = composite({
  name: 'movingAverage',
  kernel: 'movingAverage',
  // a + (1 − d)(θ − a): one operation less than two products, and no digits of 1 − d lost.
  expand: ([before, latest, taken]) => [before!.add(latest!.sub(before!).mul(taken!))],
});

/**
 * a + taken · (θ − a), as a single operator that a runtime may run in place.
 *
 * @param before - a, of any shape
 * @param latest - θ, of the same shape
 * @param taken - how much of the difference is taken over: a scalar
 * @throws LimbeckError `shape-mismatch` if the two differ in shape; `dtype-mismatch`
 */
export function movingAverage(before: Tensor, latest: Tensor, taken: Tensor): Tensor {
  checkOneShape('movingAverage', [before, latest]);
  return new Tensor(makeNode(average, [before, latest, taken.cast(before.dtype)], {}));
}
