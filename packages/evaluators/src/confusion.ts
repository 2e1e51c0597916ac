import {
  checkLabels,
  checkPaired,
  type Predictions,
  type References,
  topLabels,
} from './predictions.js';

/** Answers by true class. */
export interface Confusion {
  /** `[classes, classes]`: how many items of the row's class were taken for the column's. */
  readonly counts: readonly (readonly number[])[];
  /** `[classes]`: how many items of each class had no answer. */
  readonly abstained: readonly number[];
}

/**
 * Which classes were taken for which.
 *
 * @throws LimbeckError as {@link accuracy}
 */
export function confusion(predictions: Predictions, references: References): Confusion {
  const answers = topLabels(predictions, 'confusion');
  const { classes } = predictions;
  checkPaired('confusion', answers.length, references.length);
  checkLabels('confusion', references, classes);
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  const abstained = Array.from({ length: classes }, () => 0);
  for (let i = 0; i < answers.length; i++) {
    const reference = references[i]!;
    if (answers[i]! < 0) abstained[reference]!++;
    else counts[reference]![answers[i]!]!++;
  }
  return { counts, abstained };
}
