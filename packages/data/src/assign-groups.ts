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

/** With more groups than this, swaps would take a time that grows with their square, and gain next to nothing. */
export const manyGroups = 2000;

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
  const labelsOf = rows.map((row) => [...row.keys()].filter((label) => row[label]! > 0));
  const members = shares.map((_, side) => sides.reduce((n, its) => n + (its === side ? 1 : 0), 0));
  const costs = shares.map((_, side) =>
    assignment.totals.map((_total, label) => costOf(assignment, counts, side, label)),
  );
  let cost = costs.reduce((sum, its) => its.reduce((total, one) => total + one, sum), 0);

  /** Adds a group's rows to a part or takes them away, and keeps the cost up to date. */
  const change = (at: number, side: number, sign: 1 | -1): void => {
    members[side]! += sign;
    for (const label of labelsOf[at]!) {
      const n = rows[at]![label]!;
      counts.sums[side]![label]! += sign * n;
      if (n >= groupRows) counts.groups[side]![label]! += sign;
      const changed = costOf(assignment, counts, side, label);
      cost += changed - costs[side]![label]!;
      costs[side]![label] = changed;
    }
  };
  const put = (at: number, side: number): void => {
    change(at, sides[at]!, -1);
    change(at, side, 1);
    sides[at] = side;
  };
  /** Does it, and undoes it unless that lowers the cost and leaves no part empty. */
  const attempt = (moves: readonly (readonly [at: number, side: number])[]): boolean => {
    const before = cost;
    const back = moves.map(([at]) => [at, sides[at]!] as const);
    for (const [at, side] of moves) put(at, side);
    // The slack keeps rounding from going round in circles.
    if (cost < before - 1e-9 && members.every((n) => n > 0)) return true;
    for (const [at, side] of back) put(at, side);
    cost = before;
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
    let better = false;
    for (let a = 0; a < rows.length; a++) {
      for (let b = a + 1; b < rows.length; b++) {
        const swap = [[a, sides[b]!] as const, [b, sides[a]!] as const];
        if (sides[a] !== sides[b] && attempt(swap)) better = true;
      }
    }
    return better;
  };
  const swapping = rows.length <= manyGroups;
  while (moveOne() || (swapping && swapTwo()));
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

/** What a part's rows of a label cost: `100·missing groups + 100·missing rows / wanted rows + (share − fraction)²`. */
function costOf(
  { totals, shares, groups, least }: Assignment,
  counts: { readonly sums: readonly Float64Array[]; readonly groups: readonly Float64Array[] },
  side: number,
  label: number,
): number {
  const rows = counts.sums[side]![label]!;
  const missing = Math.max(0, groups[side]! - counts.groups[side]![label]!);
  const lacking = rows < least[side]! ? 1 - rows / least[side]! : 0;
  return 100 * missing + 100 * lacking + (rows / totals[label]! - shares[side]!) ** 2;
}
