import { LimbeckError } from '@limbeck/core';

/** A classifier's answers with the probability of every class. */
export interface ClassProbabilities {
  /** `[items, classes]`, row-major, each row non-negative with sum 1; a row of zeros is an abstention. */
  readonly probabilities: Float32Array | Float64Array;
  /** How many classes. */
  readonly classes: number;
}

/** A classifier's answers alone. */
export interface ClassLabels {
  /** `[items]`: the class's index, or -1 for an abstention. */
  readonly labels: ArrayLike<number>;
  /** How many classes. */
  readonly classes: number;
}

/** A classifier's answers, with probabilities where it gives them. */
export type Predictions = ClassProbabilities | ClassLabels;

/** Class indices, `[items]`, each in `[0, classes)`. */
export type References = ArrayLike<number>;

/** The most that a row's sum may differ from 1; renormalised float32 rows over 1,000 classes stay far below. */
const tolerance = 1e-3;

/** How many items were answered. */
export function itemsOf(predictions: Predictions): number {
  return 'labels' in predictions
    ? predictions.labels.length
    : predictions.probabilities.length / predictions.classes;
}

/**
 * The answered class of each item, the lowest index where several are equally probable; -1 for an abstention.
 *
 * @throws LimbeckError `shape-mismatch` if the probabilities are no whole number of rows; `non-finite-data` for NaN or
 * infinity; `invalid-data` for a row that is no distribution, or for anything that is no predictions; `label-out-of-range` for a label that is no class
 */
export function topLabels(predictions: Predictions, where = 'topLabels'): Int32Array {
  checkShape(where, predictions);
  checkClasses(where, predictions.classes);
  if ('labels' in predictions) {
    const { labels, classes } = predictions;
    checkLabels(where, labels, classes, -1);
    return Int32Array.from(labels);
  }
  const { probabilities, classes } = checkProbabilities(where, predictions);
  return Int32Array.from({ length: probabilities.length / classes }, (_, item) => {
    let best = item * classes;
    for (let i = best + 1; i < (item + 1) * classes; i++) {
      if (probabilities[i]! > probabilities[best]!) best = i;
    }
    return probabilities[best]! > 0 ? best - item * classes : -1;
  });
}

/**
 * The predictions, if they carry probabilities that can be used.
 *
 * @throws LimbeckError `missing-signal` if they are labels alone, and as {@link topLabels}
 */
export function checkProbabilities(where: string, predictions: Predictions): ClassProbabilities {
  if (isObject(predictions) && 'labels' in predictions) {
    throw new LimbeckError('missing-signal', {
      where,
      given: 'labels without probabilities',
      expected: 'probabilities, [items, classes]',
      next: 'Leave this metric out for a system that answers with labels alone.',
    });
  }
  checkShape(where, predictions);
  const { probabilities, classes } = predictions;
  checkClasses(where, classes);
  if (probabilities.length % classes !== 0) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${probabilities.length} probabilities for ${classes} classes`,
      expected: 'a whole number of rows',
      next: 'Pass one probability a class and item.',
    });
  }
  for (let start = 0; start < probabilities.length; start += classes) {
    let sum = 0;
    for (let i = start; i < start + classes; i++) {
      const p = probabilities[i]!;
      if (!Number.isFinite(p)) refuseRow('non-finite-data', where, start / classes, `${p}`);
      if (p < 0) refuseRow('invalid-data', where, start / classes, `the probability ${p}`);
      sum += p;
    }
    if (sum !== 0 && Math.abs(sum - 1) > tolerance) {
      refuseRow('invalid-data', where, start / classes, `probabilities that add up to ${sum}`);
    }
  }
  return predictions;
}

/** Refuses labels that are no class. @throws LimbeckError `label-out-of-range` */
export function checkLabels(
  where: string,
  labels: ArrayLike<number>,
  classes: number,
  lowest = 0,
): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < lowest || label >= classes) {
      throw new LimbeckError('label-out-of-range', {
        where,
        given: `label ${label} at item ${i}`,
        expected: `a whole number from ${lowest} to ${classes - 1}`,
        next: 'Map labels to the indices of the classes first.',
      });
    }
  }
}

/** Refuses sets of different size, and empty ones. @throws LimbeckError `shape-mismatch`, `empty-data` */
export function checkPaired(where: string, items: number, references: number): void {
  if (items !== references) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${items} predictions for ${references} references`,
      expected: 'one prediction a reference',
      next: 'Predict every item, in the order of the references.',
    });
  }
  if (items === 0) {
    throw new LimbeckError('empty-data', {
      where,
      given: 'no items',
      expected: 'at least one',
      next: 'Check the filter that made this set.',
    });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Refuses what untyped callers pass in place of predictions. @throws LimbeckError `invalid-data` */
function checkShape(where: string, given: unknown): void {
  const { labels, probabilities } = (isObject(given) ? given : {}) as {
    readonly labels?: unknown;
    readonly probabilities?: unknown;
  };
  const list = Array.isArray(labels) || ArrayBuffer.isView(labels);
  const floats = probabilities instanceof Float32Array || probabilities instanceof Float64Array;
  if (labels === undefined ? floats : list) return;
  const keys = isObject(given) ? Object.keys(given).slice(0, 5).join(', ') : '';
  throw new LimbeckError('invalid-data', {
    where,
    given: !isObject(given)
      ? `${given === null ? 'null' : typeof given} as predictions`
      : `predictions with ${keys === '' ? 'no fields' : `the fields ${keys}`}`,
    expected:
      '{ probabilities, classes } with a Float32Array or Float64Array, or { labels, classes } with a list of indices',
    next: 'Pass what the classifier answered in one of these two forms.',
  });
}

function checkClasses(where: string, classes: number): void {
  if (Number.isSafeInteger(classes) && classes >= 1) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `${classes} classes`,
    expected: 'a whole number of at least 1',
    next: 'Pass how many classes there are.',
  });
}

function refuseRow(
  code: 'invalid-data' | 'non-finite-data',
  where: string,
  item: number,
  given: string,
): never {
  throw new LimbeckError(code, {
    where,
    given: `${given} at item ${item}`,
    expected: 'non-negative probabilities that add up to 1, or zeros alone for an abstention',
    next: 'Pass what a softmax returned, not logits.',
  });
}
