import { allocate, type HostTensor, Rng, sizeOf } from '@limbeck/core';

/**
 * Seeded uniform numbers, float32, for benchmarks and tests of one size.
 *
 * @param shape - the sizes, outermost first
 * @param seed - equal seeds give equal numbers
 * @param low - the smallest. @defaultValue -1
 * @param high - above the largest. @defaultValue 1
 */
export function uniform(
  shape: readonly number[],
  seed: number,
  low = -1,
  high = 1,
): HostTensor<'float32'> {
  const rng = Rng.from(seed);
  const data = allocate('float32', sizeOf(shape)).map(() => rng.uniform(low, high));
  return { dtype: 'float32', shape: [...shape], data };
}

/** Seeded whole numbers from 0 to `classes` − 1, int64. */
export function uniformLabels(
  shape: readonly number[],
  classes: number,
  seed: number,
): HostTensor<'int64'> {
  const rng = Rng.from(seed);
  const data = allocate('int64', sizeOf(shape)).map(() => BigInt(rng.integer(classes)));
  return { dtype: 'int64', shape: [...shape], data };
}
