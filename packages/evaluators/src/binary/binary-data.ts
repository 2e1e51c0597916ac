import { LimbeckError, type Rows } from '@limbeck/core';
import { checkPaired, checkProbabilities, type Predictions } from '../predictions.js';

/** One score an item, `[items]`: the higher, the more it looks positive. */
export type Scores = ArrayLike<number>;

/** Whether each item is positive, `[items]`: 1 or 0. */
export type Positives = ArrayLike<number>;

/** Rows of a score and of 1 for a positive, 0 for a negative. @throws LimbeckError `shape-mismatch`, `empty-data`, `non-finite-data`, `label-out-of-range` */
export function scoreRows(where: string, scores: Scores, positives: Positives): Rows {
  checkPaired(where, scores.length, positives.length);
  const data = new Float64Array(2 * scores.length);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    const positive = positives[i]!;
    if (Number.isNaN(score)) {
      throw new LimbeckError('non-finite-data', {
        where,
        given: `the score NaN at item ${i}`,
        expected: 'a number for every item',
        next: 'Look at the model that gave it.',
      });
    }
    if (positive !== 0 && positive !== 1) {
      throw new LimbeckError('label-out-of-range', {
        where,
        given: `label ${positive} at item ${i}`,
        expected: '1 for a positive item, 0 for a negative one',
        next: 'For several classes measure each against the rest, by scoresOf and positivesOf.',
      });
    }
    data[2 * i] = score;
    data[2 * i + 1] = positive;
  }
  return { columns: 2, data };
}

/**
 * The probability of one class, `[items]`, as scores of that class against the rest.
 *
 * @throws LimbeckError `missing-signal` without probabilities; `label-out-of-range` for a class that is none; as {@link accuracy}
 */
export function scoresOf(predictions: Predictions, label: number): Float64Array {
  const { probabilities, classes } = checkProbabilities('scoresOf', predictions);
  if (!Number.isInteger(label) || label < 0 || label >= classes) {
    throw new LimbeckError('label-out-of-range', {
      where: 'scoresOf',
      given: `class ${label} of ${classes}`,
      expected: `a whole number from 0 to ${classes - 1}`,
      next: 'Pass the index of a class.',
    });
  }
  return Float64Array.from(
    { length: probabilities.length / classes },
    (_, i) => probabilities[i * classes + label]!,
  );
}

/** 1 where an item is of the class, else 0, `[items]`. */
export function positivesOf(references: ArrayLike<number>, label: number): Uint8Array {
  return Uint8Array.from(references, (reference) => (reference === label ? 1 : 0));
}
