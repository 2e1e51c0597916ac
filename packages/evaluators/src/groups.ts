import { LimbeckError } from '@limbeck/core';
import { counting } from './falling-order.js';

/** Items by group. */
export interface Groups {
  /** `[items]`: the items, group by group. */
  readonly order: Uint32Array;
  /** `[groups + 1]`: where each group starts in `order`. */
  readonly starts: Uint32Array;
}

/**
 * Sorts items into groups, in the order in which the groups first occur.
 *
 * @param clusters - the group of each item; each item by itself where absent
 * @throws LimbeckError `shape-mismatch` if there is not one group an item
 */
export function groupItems(
  clusters: ArrayLike<string | number> | undefined,
  items: number,
): Groups {
  if (clusters === undefined) {
    return { order: counting(items), starts: counting(items + 1) };
  }
  if (clusters.length !== items) {
    throw new LimbeckError('shape-mismatch', {
      where: 'clusters',
      given: `${clusters.length} groups for ${items} items`,
      expected: 'the group of each item',
      next: 'Pass one group an item, in the order of the items.',
    });
  }
  const members = new Map<string | number, number[]>();
  for (let i = 0; i < items; i++) {
    const group = members.get(clusters[i]!);
    if (group === undefined) members.set(clusters[i]!, [i]);
    else group.push(i);
  }
  const starts = new Uint32Array(members.size + 1);
  let at = 0;
  [...members.values()].forEach((group, g) => (starts[g + 1] = at += group.length));
  return { order: Uint32Array.from([...members.values()].flat()), starts };
}
