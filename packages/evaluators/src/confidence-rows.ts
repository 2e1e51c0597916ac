import type { Rows } from '@limbeck/core';
import {
  checkLabels,
  checkPaired,
  checkProbabilities,
  type Predictions,
  type References,
  topLabels,
} from './predictions.js';

/** Rows of the answered class's probability, -1 for an abstention, and of 1 where it is right, else 0. */
export function confidenceRows(where: string, given: Predictions, references: References): Rows {
  const predictions = checkProbabilities(where, given);
  const { probabilities, classes } = predictions;
  const answers = topLabels(predictions, where);
  checkPaired(where, answers.length, references.length);
  checkLabels(where, references, classes);
  const data = new Float64Array(2 * answers.length);
  for (let i = 0; i < answers.length; i++) {
    const answer = answers[i]!;
    data[2 * i] = answer < 0 ? -1 : Math.min(1, probabilities[i * classes + answer]!);
    data[2 * i + 1] = answer === references[i] ? 1 : 0;
  }
  return { columns: 2, data };
}

/** Items by falling confidence. */
export interface BySureness {
  /** Confidences, falling; items without an answer are left out. */
  readonly confidence: Float64Array;
  /** How right each is: 1 or 0, or the mean of all items of that confidence, whose order says nothing. */
  readonly correct: Float64Array;
}

/** The picked items of {@link confidenceRows} by falling confidence. */
export function bySureness(rows: Rows, items: ArrayLike<number>): BySureness {
  const { data } = rows;
  const answered = Uint32Array.from(items).filter((item) => data[2 * item]! >= 0);
  answered.sort((i, j) => data[2 * j]! - data[2 * i]!);
  const confidence = Float64Array.from(answered, (item) => data[2 * item]!);
  const correct = Float64Array.from(answered, (item) => data[2 * item + 1]!);
  for (let start = 0; start < correct.length;) {
    let end = start + 1;
    while (end < correct.length && confidence[end] === confidence[start]) end++;
    const sum = correct.subarray(start, end).reduce((total, each) => total + each, 0);
    correct.fill(sum / (end - start), start, end);
    start = end;
  }
  return { confidence, correct };
}
