import {
  type BatchSource,
  checkWhole,
  type Collator,
  type Fed,
  type Json,
  LimbeckError,
  Rng,
} from '@limbeck/core';
import { readPosition } from './position.js';

/** Options of {@link streamedBatches}. */
export interface StreamedBatchesOptions<Row, Batch> {
  /** Rows a batch; the last batch of an epoch may have fewer. */
  readonly batchSize: number;
  /** Makes a batch of rows. */
  readonly collator: Collator<Row, Batch>;
  /** How many rows lie in memory and are shuffled among each other; 1 keeps their order. @defaultValue 10,000 */
  readonly window?: number;
  /** Seed of the orders. @defaultValue 0 */
  readonly seed?: number;
  /** After how many epochs the source ends. @defaultValue Infinity: whoever reads it decides */
  readonly epochs?: number;
}

/**
 * Batches of rows that do not fit into memory, shuffled window by window, that go on exactly where they were left.
 *
 * A window is so many rows as they come; its order depends on the seed, the epoch and its place alone. So a source opened at
 * a position reads no more than one window again. Shuffle the file itself first where neighbours are alike.
 *
 * @param rows - gives the rows behind the first `from` ones, in the same order each time: `(from) => table.rows({ from })`
 * of `openTable`, or a reader whose first rows are skipped
 * @throws LimbeckError `invalid-option` for sizes below 1; `empty-data` if an epoch has no rows; `invalid-data` if a
 * position is none; `checkpoint-mismatch` if there are fewer rows than were read when the position was saved
 * @example
 * ```ts
 * import { labelCollator, streamedBatches } from '@limbeck/data';
 *
 * async function* rows(from: number) {
 *   for (let row = from; row < 6; row++) yield row;
 * }
 * const collator = labelCollator<number>({ label: (row) => row, classes: 10 });
 * const source = streamedBatches(rows, { batchSize: 4, window: 1, collator, epochs: 1 });
 * for await (const { batch, position } of source.open({ epoch: 0, index: 4 })) {
 *   console.log(batch.data.join(), JSON.stringify(position)); // 4,5 {"epoch":1,"index":0}
 * }
 * ```
 */
export function streamedBatches<Row, Batch>(
  rows: (from: number) => AsyncIterable<Row>,
  options: StreamedBatchesOptions<Row, Batch>,
): BatchSource<Batch> {
  const { batchSize, collator, window = 10_000, seed = 0, epochs = Infinity } = options;
  const where = 'streamedBatches';
  checkWhole(where, { batchSize, window }, 1, 'Leave window out to use the default.');
  if (epochs !== Infinity) checkWhole(where, { epochs }, 1, 'Leave it out to go on for ever.');
  const orders = Rng.from(seed).stream(where);

  /** The rows of an epoch in its order, from a place on. */
  async function* shuffled(epoch: number, index: number): AsyncGenerator<Row> {
    let start = index - (index % window);
    let skip = index - start;
    let held: Row[] = [];
    const release = (): Row[] => {
      const order = orders.stream(`epoch ${epoch} from ${start}`).permutation(held.length);
      const its = Array.from(order, (place) => held[place]!).slice(skip);
      start += held.length;
      skip = 0;
      held = [];
      return its;
    };
    for await (const row of rows(start)) {
      held.push(row);
      if (held.length === window) yield* release();
    }
    if (skip > 0 && held.length <= skip) throw fewer(epoch, start + held.length, index);
    yield* release();
  }

  async function* open(from?: Json): AsyncGenerator<Fed<Batch>> {
    const start = from === undefined ? undefined : readPosition(where, from, ['epoch', 'index']);
    let index = start?.index ?? 0;
    for (let epoch = start?.epoch ?? 0; epoch < epochs; epoch++, index = 0) {
      let picked: Row[] = [];
      // A batch waits until there is a row behind it, so that the last one knows that it is the last.
      for await (const row of shuffled(epoch, index)) {
        if (picked.length === batchSize) {
          index += picked.length;
          yield { batch: collator.collate(picked), position: { epoch, index }, endOfEpoch: false };
          picked = [];
        }
        picked.push(row);
      }
      if (picked.length === 0) throw index > 0 ? fewer(epoch, index, index) : noRows(epoch);
      const position = { epoch: epoch + 1, index: 0 };
      yield { batch: collator.collate(picked), position, endOfEpoch: true };
    }
  }
  return { specs: collator.specs, open };
}

function fewer(epoch: number, given: number, expected: number): LimbeckError {
  return new LimbeckError('checkpoint-mismatch', {
    where: 'streamedBatches',
    given: `${given} rows in epoch ${epoch}`,
    expected: `more than the ${expected} that were read when the position was saved`,
    next: 'Go on with the same data, or start the training anew.',
  });
}

function noRows(epoch: number): LimbeckError {
  return new LimbeckError('empty-data', {
    where: 'streamedBatches',
    given: `no rows in epoch ${epoch}`,
    expected: 'at least one row',
    next: 'Check the path, and what the filters left over.',
  });
}
