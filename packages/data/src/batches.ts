import {
  type BatchSource,
  checkWhole,
  type Fed,
  type Collator,
  type Json,
  Rng,
} from '@limbeck/core';
import { checkNotEmpty } from './checks.js';
import { checkSame, readPosition } from './position.js';

/** Options of {@link batches}. */
export interface BatchesOptions<Row, Batch> {
  /** Rows a batch; the last batch of an epoch may have fewer. */
  readonly batchSize: number;
  /** Makes a batch of rows. */
  readonly collator: Collator<Row, Batch>;
  /** Whether each epoch has an order of its own. @defaultValue true */
  readonly shuffle?: boolean;
  /** Seed of the orders. @defaultValue 0 */
  readonly seed?: number;
  /** Whether a last batch of fewer rows is left out. @defaultValue false */
  readonly dropLast?: boolean;
  /** After how many epochs the source ends. @defaultValue Infinity: whoever reads it decides */
  readonly epochs?: number;
}

/**
 * Batches of rows, epoch after epoch, that go on exactly where they were left.
 *
 * An epoch's order depends on the seed and the epoch alone, so a position is three numbers, and a source opened at
 * one yields the very batches that would have followed.
 *
 * @param rows - the rows; or, to have others in each epoch, a function that gives an epoch's rows, the same each time
 * @throws LimbeckError `invalid-option` for sizes below 1; `empty-data` without rows, or with fewer than a batch if
 * the last one is dropped; `invalid-data` if a position is none; `checkpoint-mismatch` if an epoch has another number
 * of rows than when its position was saved
 * @example
 * ```ts
 * import { batches, labelCollator } from '@limbeck/data';
 *
 * const collator = labelCollator<number>({ label: (row) => row, classes: 10 });
 * const source = batches([3, 1, 4, 1, 5], { batchSize: 2, collator, shuffle: false, epochs: 1 });
 * for await (const { batch, position } of source.open({ epoch: 0, index: 2, rows: 5 })) {
 *   console.log(batch.data.join(), JSON.stringify(position)); // 4,1 {"epoch":0,"index":4,"rows":5}
 *   // 5 {"epoch":1,"index":0,"rows":5}
 * }
 * ```
 */
export function batches<Row, Batch>(
  rows: readonly Row[] | ((epoch: number) => readonly Row[]),
  options: BatchesOptions<Row, Batch>,
): BatchSource<Batch> {
  const { batchSize, collator, shuffle = true, seed = 0, dropLast = false } = options;
  const { epochs = Infinity } = options;
  checkWhole('batches', { batchSize }, 1, 'Use 64, for example.');
  if (epochs !== Infinity) checkWhole('batches', { epochs }, 1, 'Leave it out to go on for ever.');
  const orders = Rng.from(seed).stream('batches');
  const rowsOf = typeof rows === 'function' ? rows : () => rows;
  if (typeof rows !== 'function') checkEnough(rows.length);

  function checkEnough(length: number): void {
    checkNotEmpty('batches', { length: dropLast && length < batchSize ? 0 : length });
  }

  async function* open(from?: Json): AsyncGenerator<Fed<Batch>> {
    const start =
      from === undefined ? undefined : readPosition('batches', from, ['epoch', 'index', 'rows']);
    let index = start?.index ?? 0;
    for (let epoch = start?.epoch ?? 0; epoch < epochs; epoch++, index = 0) {
      const its = rowsOf(epoch);
      checkEnough(its.length);
      if (start !== undefined && index > 0) {
        checkSame(
          'batches',
          `${its.length} rows in epoch ${epoch}`,
          `${start.rows} rows in epoch ${epoch}`,
        );
      }
      const order = shuffle ? orders.stream(`epoch ${epoch}`).permutation(its.length) : undefined;
      const end = dropLast ? its.length - (its.length % batchSize) : its.length;
      while (index < end) {
        const next = Math.min(index + batchSize, end);
        const picked: Row[] = [];
        for (let i = index; i < next; i++) picked.push(its[order?.[i] ?? i]!);
        const endOfEpoch = next === end;
        const position = endOfEpoch
          ? { epoch: epoch + 1, index: 0, rows: its.length }
          : { epoch, index: next, rows: its.length };
        yield { batch: collator.collate(picked), position, endOfEpoch };
        index = next;
      }
    }
  }
  return { specs: collator.specs, open };
}
