import { checkWhole, LimbeckError, Rng } from '@limbeck/core';

/** Options of {@link signFlip}. */
export interface SignFlipOptions {
  /** How many random flips, where there are more than 20 differences. @defaultValue 10000 */
  readonly flips?: number;
  /** Where they come from. @defaultValue `Rng.from(0)` */
  readonly rng?: Rng;
}

/** Differences of which all flips are counted; 2^20 of them take some milliseconds. */
const exactUpTo = 20;
/** Sums in another order differ by float dust, which must not decide a tie. */
const dust = 1e-12;

/**
 * Paired randomisation test: the share of sign patterns under which the sum of the differences is at least as far
 * from 0 as the observed one. Exact for up to 20 differences; beyond, over random patterns with the correction
 * `(c + 1) / (flips + 1)`.
 *
 * @param differences - one an item, or for items in groups one sum a group
 * @returns the two-sided p-value
 * @throws LimbeckError `empty-data` for none; `non-finite-data`; `invalid-option` for `flips` below 1
 * @see Fisher, "The Design of Experiments", 1935, §21; Smucker, Allan and Carterette 2007.
 */
export function signFlip(differences: ArrayLike<number>, options: SignFlipOptions = {}): number {
  const { flips = 10_000, rng = Rng.from(0) } = options;
  checkWhole('signFlip', { flips }, 1, 'Use 10000.');
  const values = Float64Array.from(differences);
  if (values.length === 0) refuse('empty-data', 'no differences', 'at least one');
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) refuse('non-finite-data', `${values[bad]} at index ${bad}`, 'finite numbers');

  const observed = Math.abs(values.reduce((sum, value) => sum + value, 0)) - dust;
  if (values.length <= exactUpTo) return exact(values, observed);
  let extreme = 0;
  for (let f = 0; f < flips; f++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < values.length; i++) {
      if (i % 32 === 0) bits = rng.bits();
      sum += bits & 1 ? values[i]! : -values[i]!;
      bits >>>= 1;
    }
    if (Math.abs(sum) >= observed) extreme++;
  }
  return (extreme + 1) / (flips + 1);
}

/** The share over all sign patterns, in Gray order: each differs from the last in one sign. */
function exact(values: Float64Array, observed: number): number {
  const signs = Float64Array.from(values, () => 1);
  let sum = values.reduce((total, value) => total + value, 0);
  let extreme = 0;
  const patterns = 2 ** values.length;
  for (let pattern = 1; pattern <= patterns; pattern++) {
    if (Math.abs(sum) >= observed) extreme++;
    const flipped = 31 - Math.clz32(pattern & -pattern);
    if (flipped >= values.length) break;
    const sign = -signs[flipped]!;
    signs[flipped] = sign;
    sum += 2 * sign * values[flipped]!;
  }
  return extreme / patterns;
}

function refuse(code: 'empty-data' | 'non-finite-data', given: string, expected: string): never {
  throw new LimbeckError(code, {
    where: 'signFlip',
    given,
    expected,
    next: 'Pass one difference an item or group.',
  });
}
