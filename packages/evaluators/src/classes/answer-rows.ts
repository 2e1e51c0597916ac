import type { Rows } from '@limbeck/core';
import {
  checkLabels,
  checkPaired,
  type Predictions,
  type References,
  topLabels,
} from '../predictions.js';

/** Rows of the true class and the answered one, -1 for an abstention. */
export function answerRows(where: string, predictions: Predictions, references: References): Rows {
  const answers = topLabels(predictions, where);
  checkPaired(where, answers.length, references.length);
  checkLabels(where, references, predictions.classes);
  const data = new Float64Array(2 * answers.length);
  for (let i = 0; i < answers.length; i++) {
    data[2 * i] = references[i]!;
    data[2 * i + 1] = answers[i]!;
  }
  return { columns: 2, data };
}
