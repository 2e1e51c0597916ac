import { type BatchSource, type Collator, hostTensor, Rng, type Spec } from '@limbeck/core';
import { batches, joinCollators, labelCollator, textCollator } from '@limbeck/data';
import type { TextInputs } from '@limbeck/nn';
import type { Tensor } from '@limbeck/tensor';
import type { Snippet } from './corpus/index.js';

/** A batch of texts with their labels. */
export type LabelledTexts = { readonly inputs: TextInputs; readonly labels: Tensor };

/** Texts as bytes and mask. */
export function textInputs(maxBytes: number): Collator<Pick<Snippet, 'text'>, TextInputs> {
  return textCollator<Pick<Snippet, 'text'>>({ text: (row) => row.text, maxBytes });
}

/**
 * Snippets in batches of similar length, so that little is padding: shuffled, then sorted within stretches of sixteen
 * batches, then the batches shuffled.
 */
export function byLength(rows: readonly Snippet[], batchSize: number, rng: Rng): Snippet[] {
  const shuffled = rng.shuffle(rows);
  const found: Snippet[][] = [];
  for (let at = 0; at < shuffled.length; at += 16 * batchSize) {
    const stretch = shuffled.slice(at, at + 16 * batchSize);
    stretch.sort((a, b) => a.text.length - b.text.length);
    for (let i = 0; i < stretch.length; i += batchSize) found.push(stretch.slice(i, i + batchSize));
  }
  // A batch that is not full stays last, since batches are cut anew from the list.
  const full = found.filter((batch) => batch.length === batchSize);
  const rest = found.filter((batch) => batch.length < batchSize);
  return [...rng.shuffle(full), ...rest].flat();
}

/** Labelled snippets for the teacher: other windows in each epoch. */
export function teacherBatches(
  draw: (epoch: number) => readonly Snippet[],
  options: { readonly batchSize: number; readonly maxBytes: number; readonly classes: number },
): BatchSource<LabelledTexts> {
  const { batchSize, maxBytes, classes } = options;
  const collator = joinCollators<Snippet, LabelledTexts>({
    inputs: textInputs(maxBytes),
    labels: labelCollator<Snippet>({ label: (row) => row.label, classes }),
  });
  const orders = Rng.from(0).stream('teacher order');
  const rows = (epoch: number) => byLength(draw(epoch), batchSize, orders.stream(String(epoch)));
  return batches(rows, { batchSize, collator, shuffle: false });
}

/** A row of the students' training set: where its features stand, and what it is to learn. */
export interface FeatureRow {
  readonly index: number;
  /** The class, or undefined for a window whose label the student must not see. */
  readonly label: number | undefined;
  /** The teacher's logits. */
  readonly teacher: Float32Array;
}

/** What students learn from. */
export type FeatureBatch = {
  readonly inputs: { readonly features: Tensor };
  readonly labels: Tensor;
  readonly teacher: { readonly logits: Tensor };
};

/** Rows of a matrix `[rows, width]` that lies in memory, picked by index. */
export function rowsOf<Row extends { readonly index: number }>(
  matrix: Float32Array,
  width: number,
): Collator<Row, Spec> {
  return {
    specs: { dtype: 'float32', shape: ['batch', width] },
    collate: (rows) => {
      const data = new Float32Array(rows.length * width);
      rows.forEach(({ index }, i) => {
        data.set(matrix.subarray(index * width, (index + 1) * width), i * width);
      });
      return hostTensor('float32', [rows.length, width], data);
    },
  };
}
