import {
  type BatchSource,
  checkWhole,
  type Collator,
  type Fed,
  type Json,
  LimbeckError,
  Rng,
} from '@limbeck/core';
import { checkNotEmpty } from './checks.js';
import { checkSame, readPosition } from './position.js';

/** Options of {@link lengthBuckets}. */
export type LengthBucketsOptions<Row, Batch> = {
  /** How long a row is: its bytes, tokens, nodes. A whole number of at least 0. */
  readonly length: (row: Row) => number;
  /** Makes a batch of rows. */
  readonly collator: Collator<Row, Batch>;
  /** Rows from how many batches are sorted together: more is less padding and less chance. @defaultValue 32 */
  readonly pool?: number;
  /** Seed of the orders. @defaultValue 0 */
  readonly seed?: number;
  /** After how many epochs the source ends. @defaultValue Infinity: whoever reads it decides */
  readonly epochs?: number;
} & (
  | {
      /** Rows a batch. */
      readonly batchSize: number;
      readonly maxCells?: undefined;
    }
  | {
      /** How many cells a batch may have: rows times the longest row. Short rows then come in larger batches. */
      readonly maxCells: number;
      readonly batchSize?: undefined;
    }
);

/**
 * Batches of rows of like length, so that little is padding; shuffled, epoch after epoch, and they go on exactly where
 * they were left.
 *
 * An epoch shuffles the rows, sorts pools of some batches by length, cuts them, and shuffles the batches. That depends on
 * the seed and the epoch alone.
 *
 * @throws LimbeckError `invalid-option` for sizes below 1; `empty-data` without rows; `invalid-data` for a length that is
 * none, a row longer than `maxCells`, or a position that is none; `checkpoint-mismatch` if rows or their lengths are others
 * than when the position was saved
 * @example
 * ```ts
 * import { lengthBuckets, textCollator } from '@limbeck/data';
 *
 * const rows = ['a', 'bb', 'a longer text', 'another text'];
 * const collator = textCollator({ text: (row: string) => row });
 * const source = lengthBuckets(rows, { length: (row) => row.length, batchSize: 2, collator, epochs: 1 });
 * let cells = 0;
 * for await (const { batch } of source.open()) cells += batch.ids.data.length;
 * console.log(cells); // 30
 * ```
 */
export function lengthBuckets<Row, Batch>(
  rows: readonly Row[],
  options: LengthBucketsOptions<Row, Batch>,
): BatchSource<Batch> {
  const { length, collator, pool = 32, seed = 0, epochs = Infinity } = options;
  const where = 'lengthBuckets';
  const { batchSize, maxCells } = options;
  checkWhole(
    where,
    { [batchSize ? 'batchSize' : 'maxCells']: batchSize ?? maxCells, pool },
    1,
    'Use 64.',
  );
  if (epochs !== Infinity) checkWhole(where, { epochs }, 1, 'Leave it out to go on for ever.');
  checkNotEmpty(where, rows);
  const lengths = Uint32Array.from(rows, (row, i) => checkLength(length(row), i, maxCells));
  const orders = Rng.from(seed).stream(where);

  /** Places of the rows of every batch of an epoch. */
  function plan(epoch: number): Uint32Array[] {
    const order = orders.stream(`epoch ${epoch}`).permutation(rows.length);
    const planned: Uint32Array[] = [];
    const mean = lengths.reduce((sum, its) => sum + its, 0) / rows.length;
    const size = pool * (batchSize ?? Math.max(1, Math.floor(maxCells / Math.max(1, mean))));
    for (let start = 0; start < order.length; start += size) {
      const its = order
        .slice(start, start + size)
        .sort((a, b) => lengths[a]! - lengths[b]! || a - b);
      for (let from = 0; from < its.length;) {
        let to = from + 1;
        // Sorted, the last row is the longest.
        const fits = (count: number): boolean =>
          batchSize === undefined
            ? count * Math.max(1, lengths[its[from + count - 1]!]!) <= maxCells
            : count <= batchSize;
        while (to < its.length && fits(to + 1 - from)) to++;
        planned.push(its.subarray(from, to));
        from = to;
      }
    }
    return orders.stream(`batches of epoch ${epoch}`).shuffle(planned);
  }

  async function* open(from?: Json): AsyncGenerator<Fed<Batch>> {
    const names = ['epoch', 'index', 'batches', 'rows'] as const;
    const start = from === undefined ? undefined : readPosition(where, from, names);
    let index = start?.index ?? 0;
    for (let epoch = start?.epoch ?? 0; epoch < epochs; epoch++, index = 0) {
      const planned = plan(epoch);
      if (start !== undefined && index > 0) {
        const text = (batches: number, count: number): string =>
          `${count} rows in ${batches} batches in epoch ${epoch}`;
        checkSame(where, text(planned.length, rows.length), text(start.batches, start.rows));
      }
      while (index < planned.length) {
        const picked = Array.from(planned[index++]!, (place) => rows[place]!);
        const endOfEpoch = index === planned.length;
        const at = endOfEpoch ? { epoch: epoch + 1, index: 0 } : { epoch, index };
        const position = { ...at, batches: planned.length, rows: rows.length };
        yield { batch: collator.collate(picked), position, endOfEpoch };
      }
    }
  }
  return { specs: collator.specs, open };
}

function checkLength(length: number, row: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(length) && length >= 0 && length <= most) return length;
  throw new LimbeckError('invalid-data', {
    where: 'lengthBuckets',
    given: `the length ${length} of row ${row}`,
    expected: `a whole number from 0 to ${most}`,
    next: 'Cut rows to what the model reads, and count that.',
  });
}
