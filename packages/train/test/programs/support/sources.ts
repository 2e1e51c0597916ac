import { type BatchSource, hostTensor } from '@limbeck/core';
import type { Empty, Tensor } from '@limbeck/tensor';
import { type Digit, width } from './digits.js';

/** A phase that needs no data: what it learns from stands in the state. */
export const noData: BatchSource<Empty> = {
  specs: {},
  open: async function* () {
    // It stands at the same place for ever, wherever it is opened.
    for (;;) yield { batch: {}, position: 0 };
  },
};

/** Images of all ten classes at once, `[batch, 10, 196]`. */
export type ClassBatch = { readonly images: Tensor };

/** One digit of each class a row: as many rows as the rarest class has. */
export function byClass(rows: readonly Digit[]): (readonly Digit[])[] {
  const classes = Array.from({ length: 10 }, (_, c) => rows.filter(({ label }) => label === c));
  const fewest = Math.min(...classes.map(({ length }) => length));
  return Array.from({ length: fewest }, (_, i) => classes.map((its) => its[i]!));
}

/** Turns rows of ten digits into a batch. */
export const classCollator = {
  specs: { images: { dtype: 'float32', shape: ['batch', 10, width] } },
  collate: (rows: readonly (readonly Digit[])[]) => {
    const data = new Float32Array(rows.length * 10 * width);
    rows.flat().forEach(({ pixels }, i) => data.set(pixels, i * width));
    return { images: hostTensor('float32', [rows.length, 10, width], data) };
  },
} as const;
