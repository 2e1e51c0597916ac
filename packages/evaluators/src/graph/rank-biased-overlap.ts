import { checkBetween, LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from '../additive-metric.js';
import { checkPaired } from '../predictions.js';
import { undefinedMetric } from '../undefined-metric.js';

/** Options of {@link rankBiasedOverlap}. */
export interface OverlapOptions {
  /** How far a reader looks on: the chance of going from one rank to the next, in `(0, 1)`. @defaultValue 0.9 */
  readonly persistence?: number;
}

/** Ranked lists, best first, one an item. */
export type RankedLists = readonly (readonly string[])[];

/**
 * Rank-biased overlap of two lists, extrapolated to their unseen ends, in `[0, 1]`, mean over items.
 *
 * ```text
 * RBO_ext = (1 − p)/p · [ Σ_{d ≤ l} X_d/d · p^d + Σ_{s < d ≤ l} X_s (d − s)/(s d) · p^d ] + [ (X_l − X_s)/l + X_s/s ] · p^l
 * ```
 *
 * with lengths `s ≤ l`, `X_d` the members that both have down to rank `d`, and `p` the persistence.
 *
 * @throws LimbeckError `invalid-option` for a persistence outside `(0, 1)`; from `rows`: `duplicate-name` for a list that
 * names something twice, `undefined-metric` for an empty list, `shape-mismatch`, `empty-data`
 * @see Webber, Moffat and Zobel, "A similarity measure for indefinite rankings", 2010, equation 32.
 */
export function rankBiasedOverlap(
  options: OverlapOptions = {},
): AdditiveMetric<RankedLists, RankedLists> {
  const { persistence = 0.9 } = options;
  checkBetween('rankBiasedOverlap', { persistence }, 1e-9, 1 - 1e-9, 'Use 0.9.');
  return meanMetric('rbo', true, (lists, references) => {
    checkPaired('rankBiasedOverlap', lists.length, references.length);
    return Float64Array.from(lists, (list, i) => extrapolated(list, references[i]!, persistence));
  });
}

function extrapolated(a: readonly string[], b: readonly string[], p: number): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length === 0) {
    undefinedMetric('rankBiasedOverlap', 'an empty list', 'two lists with a member each');
  }
  checkUnique(a);
  checkUnique(b);
  const [s, l] = [short.length, long.length];
  const seen = new Set<string>();
  let common = 0;
  let atShort = 0;
  let sum = 0;
  for (let d = 1; d <= l; d++) {
    for (const member of d <= s ? [short[d - 1]!, long[d - 1]!] : [long[d - 1]!]) {
      if (seen.has(member)) common++;
      seen.add(member);
    }
    if (d === s) atShort = common;
    sum += (common / d) * p ** d;
    if (d > s) sum += ((atShort * (d - s)) / (s * d)) * p ** d;
  }
  return ((1 - p) / p) * sum + ((common - atShort) / l + atShort / s) * p ** l;
}

function checkUnique(list: readonly string[]): void {
  if (new Set(list).size === list.length) return;
  const twice = list.find((member, i) => list.indexOf(member) !== i);
  throw new LimbeckError('duplicate-name', {
    where: 'rankBiasedOverlap',
    given: `${twice} twice in one list`,
    expected: 'each member once',
    next: 'Keep its first place.',
  });
}
