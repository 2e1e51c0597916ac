import { Rng } from '@limbeck/core';

/**
 * Rows in an order in which batches cut from it hold texts of like length: shuffled, sorted within stretches of sixteen
 * batches, then the batches shuffled. Each epoch has its own order.
 */
export function orderByLength<Row>(
  rows: readonly Row[],
  batchSize: number,
  text: (row: Row) => string,
  seed: number,
  epoch: number,
): Row[] {
  const rng = Rng.from(seed).stream('order').stream(String(epoch));
  const shuffled = rng.shuffle(rows);
  const found: Row[][] = [];
  for (let at = 0; at < shuffled.length; at += 16 * batchSize) {
    const stretch = shuffled.slice(at, at + 16 * batchSize);
    stretch.sort((a, b) => text(a).length - text(b).length);
    for (let i = 0; i < stretch.length; i += batchSize) found.push(stretch.slice(i, i + batchSize));
  }
  // A batch that is not full stays last, since batches are cut anew from the list.
  const full = found.filter((batch) => batch.length === batchSize);
  const rest = found.filter((batch) => batch.length < batchSize);
  return [...rng.shuffle(full), ...rest].flat();
}
