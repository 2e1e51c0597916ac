import { Rng } from '@limbeck/core';
import { checkNotEmpty } from './checks.js';
import { checkEnoughFor, checkFractions, forParts } from './fractions.js';
import type { Shortfall } from './group-split.js';

/** Options of {@link stratifiedSplit}. */
export interface StratifiedSplitOptions<Row, Part extends string> {
  /** Each part's share of the rows, and of every label's rows; the shares add up to 1. */
  readonly fractions: { readonly [K in Part]: number };
  /** What every part should have its share of. Left out: only sizes count. */
  readonly label?: (row: Row, index: number) => string | number;
  /** Which rows of a label go where. @defaultValue 0 */
  readonly seed?: number;
}

/** What {@link stratifiedSplit} returns. */
export interface StratifiedSplit<Row, Part extends string> {
  /** The rows of each part, in their order. */
  readonly parts: { readonly [K in Part]: Row[] };
  /** Labels with fewer rows than there are parts: some part has none of them. */
  readonly shortfalls: readonly Shortfall<Part>[];
}

/**
 * Splits rows at random so that every part has its share of every label, to the nearest whole row, and its share of all rows.
 * A label with at least as many rows as parts is in every part, however small the part's share.
 *
 * @throws LimbeckError `empty-data` without rows; `invalid-option` if the fractions are not above 0 or do not add up to 1;
 * `invalid-data` if there are fewer rows than parts
 * @example
 * ```ts
 * import { stratifiedSplit } from '@limbeck/data';
 *
 * const rows = 'aaaaaaaabb'.split('');
 * const { parts } = stratifiedSplit(rows, { label: (row) => row, fractions: { train: 0.5, test: 0.5 } });
 * console.log(parts.train.join('')); // aaaab
 * ```
 */
export function stratifiedSplit<Row, Part extends string>(
  rows: readonly Row[],
  options: StratifiedSplitOptions<Row, Part>,
): StratifiedSplit<Row, Part> {
  const { fractions, label = () => '', seed = 0 } = options;
  const parts = Object.keys(fractions) as Part[];
  const shares = parts.map((part) => fractions[part]);
  checkNotEmpty('stratifiedSplit', rows);
  checkFractions('stratifiedSplit', shares);
  checkEnoughFor('stratifiedSplit', rows.length, 'rows', parts);

  const places = new Map<string | number, number[]>();
  rows.forEach((row, place) => {
    const of = label(row, place);
    const its = places.get(of);
    if (its === undefined) places.set(of, [place]);
    else its.push(place);
  });
  const rng = Rng.from(seed).stream('stratifiedSplit');
  const sides = new Uint8Array(rows.length);
  const shortfalls: Shortfall<Part>[] = [];
  const owed = new Float64Array(parts.length);
  for (const [of, its] of places) {
    const counts = apportion(its.length, shares, owed);
    const order = rng.stream(JSON.stringify(of)).shuffle(its);
    let from = 0;
    counts.forEach((count, side) => {
      for (const place of order.slice(from, from + count)) sides[place] = side;
      from += count;
      if (count > 0) return;
      shortfalls.push({ label: of, part: parts[side]!, of: 'rows', having: 0, wanted: 1 });
    });
  }
  return {
    parts: forParts(parts, (_, side) => rows.filter((__, place) => sides[place] === side)),
    shortfalls,
  };
}

/**
 * How many of `n` rows each part gets: its share rounded down, at least one where that is possible, and the rows that are
 * left where most is owed, which is carried from label to label so that many small labels do not add up to a wrong size.
 */
function apportion(n: number, shares: readonly number[], owed: Float64Array): number[] {
  const least = n >= shares.length ? 1 : 0;
  // The slack keeps 0.7 * 10 = 6.999…9 from losing a row.
  const counts = shares.map((share) => Math.max(least, Math.floor(share * n + 1e-9)));
  shares.forEach((share, side) => (owed[side]! += share * n - counts[side]!));
  let left = n - counts.reduce((sum, count) => sum + count, 0);
  const most = (allowed: (side: number) => boolean, sign: number): number => {
    let found = -1;
    for (let side = 0; side < shares.length; side++) {
      if (allowed(side) && (found < 0 || sign * owed[side]! > sign * owed[found]!)) found = side;
    }
    return found;
  };
  for (; left > 0; left--) {
    // First those whose share was rounded down: none gets two rows more than its share.
    const below = (side: number): boolean => counts[side]! < shares[side]! * n - 1e-9;
    const side = most(shares.some((_, at) => below(at)) ? below : () => true, 1);
    counts[side]!++;
    owed[side]!--;
  }
  for (; left < 0; left++) {
    // The least of one gave out more than there is: the part that has most above it pays.
    const side = most((at) => counts[at]! > least, -1);
    counts[side]!--;
    owed[side]!++;
  }
  return counts;
}
