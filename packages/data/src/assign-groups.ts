import type { Rng } from '@limbeck/core';

/** What there is to split, and what is wanted of each part. */
export interface Assignment {
  /** Rows by group and label, `[groups][labels]`. */
  readonly rows: readonly Float64Array[];
  /** Rows of each label. */
  readonly totals: Float64Array;
  /** How many rows of a label a group must hold to count. */
  readonly groupRows: number;
  /** Each part's share of the rows. */
  readonly shares: readonly number[];
  /** How many groups of every label each part should have. */
  readonly groups: readonly number[];
  /** How many rows of every label each part should have. */
  readonly least: readonly number[];
}

/** A part for every group, and how far that is from what is wanted. */
export interface Assigned {
  readonly sides: Uint8Array;
  readonly cost: number;
}

/** Rows and groups of each label in each part, `[parts][labels]`. */
export function tally(
  { rows, totals, groupRows, shares }: Assignment,
  sides: Uint8Array,
): { readonly sums: readonly Float64Array[]; readonly groups: readonly Float64Array[] } {
  const sums = shares.map(() => new Float64Array(totals.length));
  const groups = shares.map(() => new Float64Array(totals.length));
  rows.forEach((row, at) => {
    const side = sides[at]!;
    row.forEach((n, label) => {
      sums[side]![label]! += n;
      if (n >= groupRows) groups[side]![label]! += 1;
    });
  });
  return { sums, groups };
}

/** Descends from a random assignment to one that no single move and no swap betters. */
export function assignGroups(assignment: Assignment, rng: Rng): Assigned {
  const { rows, groupRows, shares } = assignment;
  const sides = start(rows.length, shares, rng);
  const counts = tally(assignment, sides);
  let cost = costOf(assignment, counts);

  const put = (at: number, side: number): void => {
    for (const [part, sign] of [
      [sides[at]!, -1],
      [side, 1],
    ] as const) {
      rows[at]!.forEach((n, label) => {
        counts.sums[part]![label]! += sign * n;
        if (n >= groupRows) counts.groups[part]![label]! += sign;
      });
    }
    sides[at] = side;
  };
  /** Does it, and undoes it unless that lowers the cost. */
  const attempt = (moves: readonly (readonly [at: number, side: number])[]): boolean => {
    const back = moves.map(([at]) => [at, sides[at]!] as const);
    for (const [at, side] of moves) put(at, side);
    const changed = costOf(assignment, counts);
    // The slack keeps rounding from going round in circles.
    if (changed < cost - 1e-9) {
      cost = changed;
      return true;
    }
    for (const [at, side] of back) put(at, side);
    return false;
  };
  const moveOne = (): boolean => {
    let better = false;
    for (const at of rng.permutation(rows.length)) {
      for (let side = 0; side < shares.length; side++) {
        if (side !== sides[at] && attempt([[at, side]])) better = true;
      }
    }
    return better;
  };
  const swapTwo = (): boolean => {
    for (let a = 0; a < rows.length; a++) {
      for (let b = a + 1; b < rows.length; b++) {
        const swap = [[a, sides[b]!] as const, [b, sides[a]!] as const];
        if (sides[a] !== sides[b] && attempt(swap)) return true;
      }
    }
    return false;
  };
  while (moveOne() || swapTwo());
  return { sides, cost };
}

/** A group for every part, and the others at random by the parts' shares. */
function start(groups: number, shares: readonly number[], rng: Rng): Uint8Array {
  const sides = new Uint8Array(groups);
  rng.permutation(groups).forEach((at, order) => {
    let left = rng.uniform();
    const drawn = shares.findIndex((share) => (left -= share) < 0);
    sides[at] = order < shares.length ? order : drawn < 0 ? shares.length - 1 : drawn;
  });
  return sides;
}

/** `100·missing groups + 100·missing rows / wanted rows + (share − fraction)²`, summed over parts and labels. */
function costOf(
  { totals, shares, groups, least }: Assignment,
  counts: { readonly sums: readonly Float64Array[]; readonly groups: readonly Float64Array[] },
): number {
  let cost = 0;
  for (let side = 0; side < shares.length; side++) {
    const sums = counts.sums[side]!;
    const having = counts.groups[side]!;
    // A part without any row is worse than whatever else is missing.
    if (sums.every((rows) => rows === 0)) cost += 1000 * totals.length;
    for (let label = 0; label < totals.length; label++) {
      const rows = sums[label]!;
      cost += 100 * Math.max(0, groups[side]! - having[label]!);
      if (rows < least[side]!) cost += (100 * (least[side]! - rows)) / least[side]!;
      cost += (rows / totals[label]! - shares[side]!) ** 2;
    }
  }
  return cost;
}
