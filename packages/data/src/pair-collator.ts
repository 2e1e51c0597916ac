import type { Collator, Specs } from '@limbeck/core';
import { renameSizes } from './rename-sizes.js';

/** The same collator for rows that hold its rows. */
export function mapRows<Outer, Row, Batch>(
  collator: Collator<Row, Batch>,
  row: (outer: Outer) => Row,
): Collator<Outer, Batch> {
  return { specs: collator.specs, collate: (rows) => collator.collate(rows.map(row)) };
}

/** What {@link pairCollator} makes: both sides by the same collator. */
export type PairBatch<Batch> = {
  /** One side of each pair. */
  readonly first: Batch;
  /** The other side, in the same order. */
  readonly second: Batch;
};

/** Options of {@link pairCollator}. */
export interface PairOptions<Pair, Row, Batch> {
  /** One side of a pair: a question, a text to be ranked higher. */
  readonly first: (pair: Pair) => Row;
  /** The other side: its answer, the text to be ranked lower. */
  readonly second: (pair: Pair) => Row;
  /** Makes a batch of either side. */
  readonly collator: Collator<Row, Batch>;
}

/**
 * Pairs as two batches of the same rows. Sides need not be of one length: the names of their sizes, all but `batch`, get
 * `first_` and `second_` before them.
 *
 * @example
 * ```ts
 * import { pairCollator, type TextBatch, textCollator } from '@limbeck/data';
 *
 * const collator = pairCollator<[string, string], string, TextBatch>({
 *   first: ([text]) => text,
 *   second: ([, text]) => text,
 *   collator: textCollator({ text: (text: string) => text }),
 * });
 * const { first, second } = collator.collate([['ask', 'answer']]);
 * console.log(first.ids.shape.join('x'), second.ids.shape.join('x')); // 1x3 1x6
 * ```
 */
export function pairCollator<Pair, Row, Batch>(
  options: PairOptions<Pair, Row, Batch>,
): Collator<Pair, PairBatch<Batch>> {
  const { first, second, collator } = options;
  const side = (name: string): Specs<Batch> =>
    renameSizes(collator.specs, (size) => (size === 'batch' ? size : `${name}_${size}`));
  return {
    specs: { first: side('first'), second: side('second') },
    collate: (pairs) => ({
      first: collator.collate(pairs.map(first)),
      second: collator.collate(pairs.map(second)),
    }),
  };
}
