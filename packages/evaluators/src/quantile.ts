import { checkBetween } from '@limbeck/core';
import { some } from './additive-metric.js';

/**
 * The value below which the given share of the numbers lies, interpolated between neighbours (definition 7 of Hyndman
 * and Fan 1996, which NumPy and R use).
 *
 * @param numbers - in any order; not changed
 * @param share - in `[0, 1]`; 0.5 is the median
 * @throws LimbeckError `empty-data` for no numbers; `invalid-option` for a share outside `[0, 1]`
 */
export function quantile(numbers: ArrayLike<number>, share: number): number {
  checkBetween('quantile', { share }, 0, 1, 'Use 0.5 for the median.');
  some('quantile', numbers.length);
  return sortedQuantile(Float64Array.from(numbers).sort(), share);
}

/** {@link quantile} of numbers in rising order. */
export function sortedQuantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
