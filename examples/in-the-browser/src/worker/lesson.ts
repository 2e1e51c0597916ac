import type { BatchSource, Collator } from '@limbeck/core';
import {
  batches,
  joinCollators,
  labelCollator,
  splitRows,
  type TextBatch,
  textCollator,
} from '@limbeck/data';
import type { TextInputs } from '@limbeck/nn';
import type { Tensor } from '@limbeck/tensor';
import type { LabelledText } from '../rows.js';
import type { Split } from './messages.js';

/** How many bytes of a text the student reads. */
export const maxBytes = 512;

/** Rows a batch. */
export const batchSize = 32;

/** A batch as the training takes it. */
export type LessonBatch = { readonly inputs: TextInputs; readonly labels: Tensor };

/** What is learnt from, and what it is judged by. */
export interface Lesson {
  readonly split: Split;
  readonly source: BatchSource<LessonBatch>;
  /** Steps in which every row is seen often enough. */
  readonly steps: number;
  readonly heldOut: readonly LabelledText[];
  readonly texts: Collator<LabelledText, TextBatch>;
}

/** Few rows are seen often, many rows less often, and it is over in a minute. */
function stepsFor(rows: number): number {
  const perEpoch = Math.ceil(rows / batchSize);
  return Math.min(600, Math.max(120, 12 * perEpoch));
}

/** A fifth of the rows is held out: of every label its share, duplicates on one side. */
export function makeLesson(rows: readonly LabelledText[], seed: number): Lesson {
  const label = (row: LabelledText): string => row.label;
  const { parts, exact, near } = splitRows(rows, {
    fractions: { train: 0.8, heldOut: 0.2 },
    text: (row) => row.text,
    label,
    seed,
  });
  const labels = [...new Set(rows.map(label))].sort();
  const place = new Map(labels.map((name, i) => [name, i]));
  const texts = textCollator<LabelledText>({ text: (row) => row.text, maxBytes });
  const collator = joinCollators<LabelledText, LessonBatch>({
    inputs: texts,
    labels: labelCollator({ label: (row) => place.get(row.label), classes: labels.length }),
  });
  const counts = labels.map((name) => parts.heldOut.filter((row) => row.label === name).length);
  return {
    split: {
      labels,
      train: parts.train.length,
      heldOut: parts.heldOut.length,
      duplicates: exact + near,
      majority: Math.max(...counts) / parts.heldOut.length,
    },
    source: batches(parts.train, {
      batchSize: Math.min(batchSize, parts.train.length),
      collator,
      seed,
    }),
    steps: stepsFor(parts.train.length),
    heldOut: parts.heldOut,
    texts,
  };
}
