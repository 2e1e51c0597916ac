import { checkWhole, LimbeckError, Rng } from '@limbeck/core';

/** Options of {@link groupSplit}. */
export interface GroupSplitOptions<Row, Part extends string> {
  /** What keeps rows together, such as the package or author that they come from. */
  readonly group: (row: Row) => string;
  /** What every part should have of. Left out: only sizes count. */
  readonly label?: (row: Row) => string | number;
  /** Each part's share of the rows; the shares add up to 1. */
  readonly fractions: { readonly [K in Part]: number };
  /** How many groups of every label each part should have at least. @defaultValue 1 a part */
  readonly leastGroups?: { readonly [K in Part]?: number };
  /** How many rows of a label a group must hold to count as one of its groups. @defaultValue 1 */
  readonly leastRows?: number;
  /** Seed of the order in which groups are tried. @defaultValue 0 */
  readonly seed?: number;
  /** How many starting points are tried; the best result wins. @defaultValue 8 */
  readonly attempts?: number;
}

/** A label that some part has too few groups of. */
export interface Shortfall<Part extends string> {
  readonly label: string | number;
  readonly part: Part;
  /** How many groups of the label the part has. */
  readonly groups: number;
  /** How many it should have. */
  readonly wanted: number;
}

/** What {@link groupSplit} returns. */
export interface GroupSplit<Row, Part extends string> {
  /** The rows of each part, in their order. */
  readonly parts: { readonly [K in Part]: Row[] };
  /** The groups of each part, in the order of their first row. */
  readonly groups: { readonly [K in Part]: string[] };
  /** What could not be had; empty if every part covers every label. */
  readonly shortfalls: readonly Shortfall<Part>[];
}

/** Rows by group and label, in the order of first appearance. */
interface Counts {
  readonly groups: readonly string[];
  readonly labels: readonly (string | number)[];
  /** `[groups][labels]` */
  readonly rows: readonly Float64Array[];
  /** Rows of each label. */
  readonly totals: Float64Array;
}

/**
 * Splits rows so that a group is whole on one side, every part has groups of every label as far as that is possible,
 * and each part's share of every label is near its fraction.
 *
 * Groups start in a seeded random part and then move, one at a time or two swapped, as long as that lowers
 * `100·(missing groups) + Σ over labels and parts of (share − fraction)²`; the best of several starts wins.
 *
 * @throws LimbeckError `empty-data` without rows; `invalid-option` if the fractions are not above 0 or do not add up
 * to 1; `invalid-data` if there are fewer groups than parts
 * @example
 * ```ts
 * import { groupSplit } from '@limbeck/data';
 *
 * const rows = [...'aabbccdd'].map((author, i) => ({ author, text: `text ${i}` }));
 * const fractions = { train: 0.75, test: 0.25 };
 * const { parts } = groupSplit(rows, { group: (row) => row.author, fractions });
 * console.log(parts.train.length, parts.test.length); // 6 2
 * ```
 */
export function groupSplit<Row, Part extends string>(
  rows: readonly Row[],
  options: GroupSplitOptions<Row, Part>,
): GroupSplit<Row, Part> {
  const { group, label = () => '', fractions, leastRows = 1, seed = 0, attempts = 8 } = options;
  checkWhole('groupSplit', { leastRows, attempts }, 1, 'Leave it out to use the default.');
  const parts = Object.keys(fractions) as Part[];
  const shares = parts.map((part) => fractions[part]);
  if (
    !shares.every((share) => share > 0) ||
    Math.abs(shares.reduce((a, b) => a + b, 0) - 1) > 1e-6
  ) {
    throw new LimbeckError('invalid-option', {
      where: 'groupSplit',
      given: `fractions ${JSON.stringify(fractions)}`,
      expected: 'shares above 0 that add up to 1',
      next: 'Use { train: 0.8, test: 0.2 }, for example.',
    });
  }
  const counts = countRows(rows, group, label);
  if (counts.groups.length < parts.length) {
    throw new LimbeckError('invalid-data', {
      where: 'groupSplit',
      given: `${counts.groups.length} groups for ${parts.length} parts`,
      expected: 'at least as many groups as parts',
      next: 'Pass more groups, or ask for fewer parts.',
    });
  }
  const wanted = parts.map((part) => options.leastGroups?.[part] ?? 1);
  const rng = Rng.from(seed).stream('groupSplit');
  let best: { sides: Uint8Array; cost: number } | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = improve(counts, shares, wanted, leastRows, rng.stream(String(attempt)));
    if (best === undefined || found.cost < best.cost - 1e-12) best = found;
  }
  return assemble(rows, group, counts, parts, wanted, leastRows, best!.sides);
}

function countRows<Row>(
  rows: readonly Row[],
  group: (row: Row) => string,
  label: (row: Row) => string | number,
): Counts {
  if (rows.length === 0) {
    throw new LimbeckError('empty-data', {
      where: 'groupSplit',
      given: 'no rows',
      expected: 'at least one row a part',
      next: 'Check what was read and filtered.',
    });
  }
  const groups = [...new Set(rows.map(group))];
  const labels = [...new Set(rows.map(label))];
  const groupPlace = new Map(groups.map((name, i) => [name, i]));
  const labelPlace = new Map(labels.map((name, i) => [name, i]));
  const table = groups.map(() => new Float64Array(labels.length));
  const totals = new Float64Array(labels.length);
  for (const row of rows) {
    const at = labelPlace.get(label(row))!;
    table[groupPlace.get(group(row))!]![at]!++;
    totals[at]!++;
  }
  return { groups, labels, rows: table, totals };
}

/** Descends from a random assignment to one that no single move or swap betters. */
function improve(
  counts: Counts,
  shares: readonly number[],
  wanted: readonly number[],
  leastRows: number,
  rng: Rng,
): { sides: Uint8Array; cost: number } {
  const { groups, labels, rows, totals } = counts;
  const sums = shares.map(() => new Float64Array(labels.length));
  const having = shares.map(() => new Float64Array(labels.length));
  const sides = new Uint8Array(groups.length);
  const place = (at: number, side: number, sign: 1 | -1): void => {
    rows[at]!.forEach((n, i) => {
      sums[side]![i]! += sign * n;
      if (n >= leastRows) having[side]![i]! += sign;
    });
  };
  // Every part starts with a group, the rest by their shares.
  rng.permutation(groups.length).forEach((at, order) => {
    let side = order;
    if (order >= shares.length) {
      let left = rng.uniform();
      side = shares.findIndex((share) => (left -= share) < 0);
      if (side < 0) side = shares.length - 1;
    }
    sides[at] = side;
    place(at, side, 1);
  });
  const cost = (): number => {
    let total = 0;
    for (let side = 0; side < shares.length; side++) {
      for (let i = 0; i < labels.length; i++) {
        total += 100 * Math.max(0, wanted[side]! - having[side]![i]!);
        total += (sums[side]![i]! / totals[i]! - shares[side]!) ** 2;
      }
    }
    return total;
  };
  const move = (at: number, side: number): void => {
    place(at, sides[at]!, -1);
    place(at, side, 1);
    sides[at] = side;
  };
  let current = cost();
  for (let better = true; better;) {
    better = false;
    for (const at of rng.permutation(groups.length)) {
      for (let side = 0; side < shares.length; side++) {
        const from = sides[at]!;
        if (side === from) continue;
        move(at, side);
        const cheaper = cost();
        if (cheaper < current - 1e-12) {
          current = cheaper;
          better = true;
        } else move(at, from);
      }
    }
    if (better) continue;
    for (let a = 0; a < groups.length && !better; a++) {
      for (let b = a + 1; b < groups.length && !better; b++) {
        const [from, to] = [sides[a]!, sides[b]!];
        if (from === to) continue;
        move(a, to);
        move(b, from);
        const cheaper = cost();
        if (cheaper < current - 1e-12) {
          current = cheaper;
          better = true;
        } else {
          move(a, from);
          move(b, to);
        }
      }
    }
  }
  return { sides, cost: current };
}

function assemble<Row, Part extends string>(
  rows: readonly Row[],
  group: (row: Row) => string,
  counts: Counts,
  names: readonly Part[],
  wanted: readonly number[],
  leastRows: number,
  sides: Uint8Array,
): GroupSplit<Row, Part> {
  const sideOf = new Map(counts.groups.map((name, i) => [name, sides[i]!]));
  const parts = {} as { [K in Part]: Row[] };
  const groups = {} as { [K in Part]: string[] };
  const shortfalls: Shortfall<Part>[] = [];
  names.forEach((part, side) => {
    parts[part] = rows.filter((row) => sideOf.get(group(row)) === side);
    groups[part] = counts.groups.filter((name) => sideOf.get(name) === side);
    counts.labels.forEach((label, i) => {
      const having = counts.rows.filter((row, at) => sides[at] === side && row[i]! >= leastRows);
      if (having.length < wanted[side]!) {
        shortfalls.push({ label, part, groups: having.length, wanted: wanted[side]! });
      }
    });
  });
  return { parts, groups, shortfalls };
}
