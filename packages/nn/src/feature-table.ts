import { checkWhole, LimbeckError } from '@limbeck/core';

/** Which features are kept: for each fine bucket 0, or the number of its feature, counted from 1. */
export type FeatureTable = Uint16Array | Int32Array;

/**
 * A table that keeps some of the fine buckets, each as a feature of its own, numbered in rising order of the buckets.
 *
 * @param buckets - how many fine buckets there are: a power of two, such as 2^16
 * @param kept - which of them are features
 * @throws LimbeckError `invalid-option`
 * @example
 * ```ts
 * import { keepBuckets } from '@limbeck/nn';
 *
 * console.log(keepBuckets(8, [5, 2]).join(' ')); // 0 0 1 0 0 2 0 0
 * ```
 */
export function keepBuckets(buckets: number, kept: Iterable<number>): Int32Array {
  const table = new Int32Array(buckets);
  const sorted = [...new Set(kept)].sort((a, b) => a - b);
  for (const [i, bucket] of sorted.entries()) {
    checkWhole('keepBuckets', { bucket }, 0, 'Pass numbers of fine buckets.');
    if (bucket >= buckets) {
      throw new LimbeckError('invalid-option', {
        where: 'keepBuckets',
        given: `bucket ${bucket}`,
        expected: `a number below ${buckets}`,
        next: 'Hash with the same number of buckets.',
      });
    }
    table[bucket] = i + 1;
  }
  return table;
}

/** How many features a table keeps: its largest number. @throws LimbeckError `invalid-option` */
export function featureCount(where: string, table: FeatureTable, buckets: number): number {
  let [smallest, largest] = [0, 0];
  for (const id of table) {
    smallest = Math.min(smallest, id);
    largest = Math.max(largest, id);
  }
  if (table.length === buckets && largest >= 1 && smallest >= 0 && largest < 65536) return largest;
  throw new LimbeckError('invalid-option', {
    where,
    given: `a table of ${table.length} entries from ${smallest} to ${largest}`,
    expected: `${buckets} entries, one for each bucket, from 0 (dropped) to at most 65535`,
    next: 'Make one with keepBuckets(buckets, kept).',
  });
}
