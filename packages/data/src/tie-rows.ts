import { checkBetween } from '@limbeck/core';
import { disjointSets } from './disjoint-sets.js';
import { type NearOptions, squeeze } from './duplicates.js';
import { joinNear } from './join-near.js';
import { shingles } from './shingles.js';

/** Options of {@link tieRows}. */
export interface TieOptions<Row> extends NearOptions {
  /** What of a row is compared. Left out: no duplicates are looked for. */
  readonly text?: (row: Row, index: number) => string;
  /** What keeps rows together anyway, such as an author. */
  readonly group?: (row: Row, index: number) => string;
}

/** What {@link tieRows} found. */
export interface TiedRows {
  /** For each row the first row that it is tied to, itself perhaps. */
  readonly ties: Uint32Array;
  /** Rows whose text another one before them has, but for its spacing. */
  readonly exact: number;
  /** Rows that are tied to one before them because their texts are near, and not the same. */
  readonly near: number;
  /** How many sets of rows there are that a split must not tear apart. */
  readonly sets: number;
}

/**
 * Which rows belong on one side of a split: those of one group, with the same text, or with near ones, directly or by way of
 * others. In a time that grows with the number of texts, not of pairs: 100,000 texts are no trouble.
 *
 * What is tied has the Jaccard similarity, exactly, and what has it is tied, unless a text has hundreds of near ones that the
 * same rare words led to: then it may stay apart from others. {@link nearDuplicates} names every pair, and takes a time that
 * grows with their number.
 *
 * @throws LimbeckError `invalid-option` if the threshold is not in (0, 1] or the size not a whole number above 0
 * @example
 * ```ts
 * import { tieRows } from '@limbeck/data';
 *
 * const { ties, exact } = tieRows(['a b', 'c d', 'a  b'], { text: (row) => row });
 * console.log(ties.join(), exact); // 0,1,0 1
 * ```
 */
export function tieRows<Row>(rows: readonly Row[], options: TieOptions<Row>): TiedRows {
  const { text, group, threshold = 0.8, size = 3 } = options;
  checkBetween('tieRows', { threshold }, Number.MIN_VALUE, 1, 'Use 0.8 for near duplicates.');
  const sets = disjointSets(rows.length);
  const joinEqual = (key: (row: Row, index: number) => string): number[] => {
    const first = new Map<string, number>();
    return rows.flatMap((row, i) => {
      const its = key(row, i);
      const before = first.get(its);
      if (before === undefined) first.set(its, i);
      else sets.join(before, i);
      return before === undefined ? [i] : [];
    });
  };
  let exact = 0;
  let near = 0;
  if (text !== undefined) {
    const different = joinEqual((row, i) => squeeze(text(row, i)));
    exact = rows.length - different.length;
    const compared = different.map((i) => shingles(text(rows[i]!, i), { size }));
    near = joinNear(compared, threshold, (a, b) => sets.join(different[a]!, different[b]!));
  }
  if (group !== undefined) joinEqual(group);
  const ties = Uint32Array.from(rows, (_, i) => sets.root(i));
  return { ties, exact, near, sets: ties.filter((first, i) => first === i).length };
}
