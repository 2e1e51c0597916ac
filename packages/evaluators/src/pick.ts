import { LimbeckError, type Rows } from '@limbeck/core';
import { counting } from './falling-order.js';

/** The picked items, or all of them. @throws LimbeckError `invalid-data` for one that is not among the rows */
export function picked(where: string, rows: Rows, pick: Uint32Array | undefined): Uint32Array {
  const items = rows.data.length / rows.columns;
  if (pick === undefined) return counting(items);
  for (const item of pick) if (item >= items) refuseItem(where, item, items);
  return pick;
}

/** Refuses an item that is not among the rows. @throws LimbeckError `invalid-data` */
export function refuseItem(where: string, item: number, items: number): never {
  throw new LimbeckError('invalid-data', {
    where,
    given: `picked item ${item}`,
    expected: `an index below ${items}`,
    next: 'Pick among the rows of this metric.',
  });
}
