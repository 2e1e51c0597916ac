import type { Interval } from '@limbeck/evaluators';

/**
 * By how much `b` is above `a` where nothing ties the two together, from the interval of each.
 *
 * ```text
 * low  = d − √((b − lowB)² + (highA − a)²)      d = b − a
 * high = d + √((highB − b)² + (a − lowA)²)
 * ```
 *
 * Systems that answered the same items mostly err on the same ones: of those it is wider than it need be.
 *
 * @see Newcombe, "Interval estimation for the difference between independent proportions", 1998, method 10; Zou and
 * Donner, "Construction of confidence limits about effect measures", 2008, for intervals of any kind.
 */
export function independentDifference(a: Interval, b: Interval): Interval {
  const value = b.value - a.value;
  return {
    value,
    low: value - Math.hypot(b.value - b.low, a.high - a.value),
    high: value + Math.hypot(b.high - b.value, a.value - a.low),
  };
}
