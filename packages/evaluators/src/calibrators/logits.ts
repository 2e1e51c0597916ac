import { LimbeckError } from '@limbeck/core';
import {
  checkLabels,
  checkPaired,
  checkProbabilities,
  type Predictions,
  type References,
} from '../predictions.js';

/** A classifier's answers before the softmax. */
export interface ClassLogits {
  /** `[items, classes]`, row-major. */
  readonly logits: Float32Array | Float64Array;
  /** How many classes. */
  readonly classes: number;
}

/** Keeps the logarithm of a probability of 0 finite. */
const smallest = 1e-12;

/**
 * Logits in float64, `[items, classes]`: as given, or the logarithms of probabilities.
 *
 * @throws LimbeckError `shape-mismatch` for a cut-off row; `non-finite-data`; and as `checkProbabilities`
 */
export function logitsOf(where: string, given: ClassLogits | Predictions): Float64Array {
  if (!('logits' in given)) {
    const { probabilities } = checkProbabilities(where, given);
    return Float64Array.from(probabilities, (p) => Math.log(Math.max(smallest, p)));
  }
  const { logits, classes } = given;
  const whole = Number.isSafeInteger(classes) && classes >= 1 && logits.length % classes === 0;
  if (!whole) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${logits.length} logits for ${classes} classes`,
      expected: 'a whole number of rows',
      next: 'Pass one logit a class and item.',
    });
  }
  const bad = logits.findIndex((z: number) => !Number.isFinite(z));
  if (bad < 0) return Float64Array.from(logits);
  throw new LimbeckError('non-finite-data', {
    where,
    given: `the logit ${logits[bad]} at item ${Math.floor(bad / classes)}`,
    expected: 'finite numbers',
    next: 'Look at the model that gave it: a number overflowed there.',
  });
}

/** Logits and references of the items that were answered. */
export interface FitRows {
  /** `[items, classes]`. */
  readonly logits: Float64Array;
  /** `[items]`. */
  readonly labels: Int32Array;
  /** How many classes. */
  readonly classes: number;
}

/**
 * What a calibration is fitted on, without abstentions.
 *
 * @throws LimbeckError `one-class` if every item is of one class; `invalid-data` for fewer items than `least`
 */
export function fitRows(
  where: string,
  given: ClassLogits | Predictions,
  references: References,
  least: number,
): FitRows {
  const { classes } = given;
  const all = logitsOf(where, given);
  checkPaired(where, all.length / classes, references.length);
  checkLabels(where, references, classes);
  const kept = Array.from(references, (_, i) => i).filter(
    (i) => 'logits' in given || answered(given, i),
  );
  if (kept.length < least) {
    throw new LimbeckError('invalid-data', {
      where,
      given: `${kept.length} answered items`,
      expected: `at least ${least}`,
      next: 'Fit on more validation items; with so few the curve would follow their noise.',
    });
  }
  const labels = Int32Array.from(kept, (i) => references[i]!);
  if (labels.every((label) => label === labels[0])) {
    throw new LimbeckError('one-class', {
      where,
      given: `${kept.length} items, all of class ${labels[0]}`,
      expected: 'at least two classes',
      next: 'Fit on a validation split that holds several classes.',
    });
  }
  const logits = new Float64Array(kept.length * classes);
  kept.forEach((item, i) =>
    logits.set(all.subarray(item * classes, (item + 1) * classes), i * classes),
  );
  return { logits, labels, classes };
}

function answered(given: Predictions, item: number): boolean {
  if ('labels' in given) return true;
  const { probabilities, classes } = given;
  return probabilities.subarray(item * classes, (item + 1) * classes).some((p) => p > 0);
}

/** Softmax of one row divided by a temperature, written to `into`. */
export function softmaxRow(row: Float64Array, temperature: number, into: Float64Array): void {
  let top = -Infinity;
  for (const z of row) top = Math.max(top, z);
  let sum = 0;
  for (let c = 0; c < row.length; c++) {
    into[c] = Math.exp((row[c]! - top) / temperature);
    sum += into[c]!;
  }
  for (let c = 0; c < row.length; c++) into[c]! /= sum;
}
