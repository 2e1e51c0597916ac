import { checkWhole, Rng } from '@limbeck/core';
import {
  type Assigned,
  type Assignment,
  assignGroups,
  manyGroups,
  tally,
} from './assign-groups.js';
import { checkNotEmpty } from './checks.js';
import { checkEnoughFor, checkFractions, forParts } from './fractions.js';

/** What a part should have of every label at least. */
export interface Least {
  /** Groups that hold enough rows to count. @defaultValue 1 */
  readonly groups?: number;
  /** Rows. @defaultValue 0 */
  readonly rows?: number;
}

/** Options of {@link groupSplit}. */
export interface GroupSplitOptions<Row, Part extends string> {
  /** What keeps rows together, such as the package or author that they come from. */
  readonly group: (row: Row, index: number) => string;
  /** What every part should have of. Left out: only sizes count. */
  readonly label?: (row: Row, index: number) => string | number;
  /** Each part's share of the rows; the shares add up to 1. */
  readonly fractions: { readonly [K in Part]: number };
  /** What each part should have of every label at least. @defaultValue one group a part */
  readonly least?: { readonly [K in Part]?: Least };
  /** How many rows of a label a group must hold to count as one of its groups. @defaultValue 1 */
  readonly groupRows?: number;
  /** Seed of the starting points. @defaultValue 0 */
  readonly seed?: number;
  /** How many starting points are tried; the best result wins. @defaultValue 8 */
  readonly attempts?: number;
}

/** A label that some part has too little of. */
export interface Shortfall<Part extends string> {
  /** The label that has too few. */
  readonly label: string | number;
  /** The part that lacks them. */
  readonly part: Part;
  /** What is too few. */
  readonly of: 'groups' | 'rows';
  /** How many the part has. */
  readonly having: number;
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

/**
 * Splits rows so that a group is whole on one side, every part has enough of every label as far as that is possible,
 * and each part's share of every label is near its fraction.
 *
 * Groups start in a seeded random part and then move, one at a time or two swapped, as long as that lowers what is
 * missing, then the squared gaps between shares and fractions; the best of several starts wins. Beyond 2,000 groups,
 * which fit well in any order, none is swapped and one start does. What could not be had stands in `shortfalls`.
 *
 * @throws LimbeckError `empty-data` without rows; `invalid-option` if the fractions are not above 0 or do not add up
 * to 1; `invalid-data` if there are fewer groups than parts
 * @example
 * ```ts
 * import { groupSplit } from '@limbeck/data';
 *
 * const rows = 'aabbccdd'.split('').map((author, i) => ({ author, text: `text ${i}` }));
 * const fractions = { train: 0.75, test: 0.25 };
 * const { parts } = groupSplit(rows, { group: (row) => row.author, fractions });
 * console.log(parts.train.length, parts.test.length); // 6 2
 * ```
 */
export function groupSplit<Row, Part extends string>(
  rows: readonly Row[],
  options: GroupSplitOptions<Row, Part>,
): GroupSplit<Row, Part> {
  const { group, label = () => '', fractions, groupRows = 1, seed = 0, attempts = 8 } = options;
  checkWhole('groupSplit', { groupRows, attempts }, 1, 'Leave it out to use the default.');
  const parts = Object.keys(fractions) as Part[];
  const shares = parts.map((part) => fractions[part]);
  checkFractions('groupSplit', shares);
  const groupOf = rows.map(group);
  const counts = countRows(groupOf, rows.map(label));
  checkEnoughFor('groupSplit', counts.groups.length, 'groups', parts);
  const least: { readonly [part: string]: Least | undefined } = options.least ?? {};
  const assignment: Assignment = {
    rows: counts.rows,
    totals: counts.totals,
    groupRows,
    shares,
    groups: parts.map((part) => least[part]?.groups ?? 1),
    least: parts.map((part) => least[part]?.rows ?? 0),
  };
  const rng = Rng.from(seed).stream('groupSplit');
  let best: Assigned = { sides: new Uint8Array(0), cost: Infinity };
  const starts = counts.groups.length > manyGroups ? 1 : attempts;
  for (let attempt = 0; attempt < starts; attempt++) {
    const found = assignGroups(assignment, rng.stream(String(attempt)));
    if (found.cost < best.cost) best = found;
  }

  const { sides } = best;
  const sideOf = new Map(counts.groups.map((name, i) => [name, sides[i]!]));
  return {
    parts: forParts(parts, (_, side) => rows.filter((__, i) => sideOf.get(groupOf[i]!) === side)),
    groups: forParts(parts, (_, side) => counts.groups.filter((name) => sideOf.get(name) === side)),
    shortfalls: shortfallsOf(assignment, sides, parts, counts.labels),
  };
}

/** Rows by group and label, both in the order of first appearance. */
interface Counts {
  readonly groups: readonly string[];
  readonly labels: readonly (string | number)[];
  /** `[groups][labels]` */
  readonly rows: readonly Float64Array[];
  /** Rows of each label. */
  readonly totals: Float64Array;
}

function countRows(groupOf: readonly string[], labelOf: readonly (string | number)[]): Counts {
  checkNotEmpty('groupSplit', groupOf);
  const groups = [...new Set(groupOf)];
  const labels = [...new Set(labelOf)];
  const groupPlace = new Map(groups.map((name, i) => [name, i]));
  const labelPlace = new Map(labels.map((name, i) => [name, i]));
  const table = groups.map(() => new Float64Array(labels.length));
  const totals = new Float64Array(labels.length);
  groupOf.forEach((name, i) => {
    const at = labelPlace.get(labelOf[i]!)!;
    table[groupPlace.get(name)!]![at]! += 1;
    totals[at]! += 1;
  });
  return { groups, labels, rows: table, totals };
}

function shortfallsOf<Part extends string>(
  assignment: Assignment,
  sides: Uint8Array,
  parts: readonly Part[],
  labels: readonly (string | number)[],
): Shortfall<Part>[] {
  const { sums, groups } = tally(assignment, sides);
  return parts.flatMap((part, side) =>
    labels.flatMap((label, i) => {
      const checks = [
        { of: 'groups', having: groups[side]![i]!, wanted: assignment.groups[side]! },
        { of: 'rows', having: sums[side]![i]!, wanted: assignment.least[side]! },
      ] as const;
      return checks
        .filter(({ having, wanted }) => having < wanted)
        .map((check) => ({ label, part, ...check }));
    }),
  );
}
