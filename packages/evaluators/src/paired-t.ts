import { LimbeckError } from '@limbeck/core';
import { undefinedMetric } from './undefined-metric.js';

/** What {@link pairedT} found. */
export interface PairedT {
  /** The mean difference over its standard error. */
  readonly t: number;
  /** Degrees of freedom: the differences less one. */
  readonly degrees: number;
  /** Two-sided p-value, right to about 1e-15. */
  readonly p: number;
}

/**
 * Student's t test that paired differences have mean 0. It trusts that their mean is normally distributed; `signFlip` asks
 * for less, and `compare` gives an interval as well.
 *
 * ```text
 * t = mean(d) / √(Σ (dᵢ − mean(d))² / (n − 1) / n)
 * ```
 *
 * @param differences - one an item, or for items in groups one sum a group
 * @throws LimbeckError `empty-data` for none; `non-finite-data`; `undefined-metric` for a single difference, or for equal ones
 * @see Student, "The probable error of a mean", 1908; Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964,
 * 26.7.3 and 26.7.4 for the distribution.
 */
export function pairedT(differences: ArrayLike<number>): PairedT {
  const values = Float64Array.from(differences);
  if (values.length === 0) refuse('empty-data', 'no differences', 'at least two');
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) refuse('non-finite-data', `${values[bad]} at index ${bad}`, 'finite numbers');
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (n === 1 || values.every((value) => value === values[0])) {
    undefinedMetric(
      'pairedT',
      n === 1 ? 'a single difference' : `${n} equal differences`,
      'at least two that differ, since a deviation is needed',
      'Use signFlip, which needs none.',
    );
  }
  const degrees = n - 1;
  const t = mean / Math.sqrt(squares / degrees / n);
  return { t, degrees, p: Math.max(0, 1 - central(t, degrees)) };
}

/** The probability that a t-distributed value lies no further from 0 than t. */
function central(t: number, degrees: number): number {
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  // Odd: cos θ + (2/3) cos³ θ + (2·4)/(3·5) cos⁵ θ …; even: 1 + (1/2) cos² θ + (1·3)/(2·4) cos⁴ θ …
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cosine ** 2;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

function refuse(code: 'empty-data' | 'non-finite-data', given: string, expected: string): never {
  throw new LimbeckError(code, {
    where: 'pairedT',
    given,
    expected,
    next: 'Pass one difference an item or group.',
  });
}
