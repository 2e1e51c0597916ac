import { checkWhole, LimbeckError } from '@limbeck/core';

/** Whole numbers as collators and tokenisers hold them. */
export type SegmentIndices = Int32Array | BigInt64Array;

/** Which row each entry adds, where that is not a row of its own: on a graph, where its edges start. */
export interface SegmentSources {
  /** Int `[entries]`; a row may be added many times, or never. */
  readonly sources: SegmentIndices;
  /** How many rows there are to choose from. */
  readonly rows: number;
}

/** Entries in range, as 32-bit numbers. */
export interface CheckedSegments {
  readonly segments: Int32Array;
  readonly sources: Int32Array;
  readonly rows: number;
}

/**
 * Refuses entries that belong nowhere.
 *
 * @param fewestRows - how many rows there must be at least
 * @throws LimbeckError `invalid-option`, `invalid-data`, `shape-mismatch`
 */
export function checkSegments(
  where: string,
  segments: SegmentIndices,
  segmentCount: number,
  from: SegmentSources | undefined,
  fewestRows = 0,
): CheckedSegments {
  const rows = from?.rows ?? segments.length;
  // A kernel over an empty dimension can end the process, so there is no plan for no segments.
  checkWhole(where, { segmentCount }, 1, 'Leave out what has no segments.');
  checkWhole(where, { rows }, fewestRows, 'Pass how many rows there are to sum.');
  const sources = from?.sources ?? Int32Array.from({ length: rows }, (_, row) => row);
  if (sources.length !== segments.length) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${sources.length} sources for ${segments.length} segments`,
      expected: 'one source and one segment an entry',
      next: 'Pass both ends of the same edges.',
    });
  }
  return {
    segments: inRange(where, 'segment', segments, segmentCount),
    sources: inRange(where, 'source', sources, rows),
    rows,
  };
}

function inRange(where: string, what: string, indices: SegmentIndices, below: number): Int32Array {
  const checked = new Int32Array(indices.length);
  for (let entry = 0; entry < indices.length; entry++) {
    const index = Number(indices[entry]);
    if (index < 0 || index >= below) {
      throw new LimbeckError('invalid-data', {
        where,
        given: `the ${what} ${index} at entry ${entry}`,
        expected: `a whole number of at least 0 and below ${below}`,
        next: 'Drop the entries that belong nowhere, padding among them.',
      });
    }
    checked[entry] = index;
  }
  return checked;
}
