import { checkBetween, checkWhole, LimbeckError } from '@limbeck/core';
import { confidenceRows } from './confidence-rows.js';
import { type Predictions, type References, topLabels } from './predictions.js';
import { proportionLow } from './proportion.js';

/** Options of {@link precisionThreshold}. */
export interface PrecisionOptions {
  /** The share of given answers that shall be right, in `(0, 1)`. */
  readonly precision: number;
  /** The class whose answers are looked at. @defaultValue all */
  readonly label?: number;
  /** How sure the bound is, in `(0, 1)`. @defaultValue 0.95 */
  readonly confidence?: number;
  /** How many thresholds are tried, at equal steps of coverage; the bound allows for the choice among them. @defaultValue 20 */
  readonly candidates?: number;
  /** The fewest answers to choose by. @defaultValue 20 */
  readonly minItems?: number;
}

/** A confidence from which on answers can be relied on. */
export interface PrecisionThreshold {
  /** The class whose answers it is for; absent for all. */
  readonly label?: number;
  /** Answers with at least this probability are given. */
  readonly probability: number;
  /** The share of them that was right. */
  readonly precision: number;
  /** The lower bound of that share. */
  readonly low: number;
  /** The share of the answers looked at that are given. */
  readonly coverage: number;
  /** How many are given. */
  readonly n: number;
}

/**
 * The lowest confidence from which on answers are right as often as wanted, by the lower bound rather than by what was
 * seen: choosing the best of many thresholds would otherwise promise too much. `undefined` where none is.
 *
 * The bound is Clopper and Pearson's, one-sided, with the miss of `1 − confidence` shared equally by the thresholds tried.
 *
 * @param predictions - of validation items, calibrated or not: the threshold is for probabilities of the same kind
 * @throws LimbeckError `invalid-option`; `invalid-data` for fewer answers than `minItems`; `one-class` if all references are of
 * one class; and as {@link ece}
 */
export function precisionThreshold(
  predictions: Predictions,
  references: References,
  options: PrecisionOptions,
): PrecisionThreshold | undefined {
  const { precision, label, confidence = 0.95, candidates = 20, minItems = 20 } = options;
  const where = 'precisionThreshold';
  checkBetween(where, { precision }, 1e-9, 1 - 1e-9, 'Use 0.95, say.');
  checkBetween(where, { confidence }, 1e-9, 1 - 1e-9, 'Use 0.95.');
  checkWhole(where, { candidates }, 1, 'Use 20.');
  checkWhole(where, { minItems }, 1, 'Use 20.');
  const { data } = confidenceRows(where, predictions, references);
  const answers = topLabels(predictions, where);
  const items = Array.from(answers, (_, i) => i).filter(
    (i) => answers[i]! >= 0 && (label === undefined || answers[i] === label),
  );
  checkEnough(where, items.length, minItems, label, references);
  items.sort((i, j) => data[2 * j]! - data[2 * i]!);

  const each = 1 - (1 - confidence) / candidates;
  for (let step = candidates; step >= 1; step--) {
    const asked = Math.ceil((step * items.length) / candidates);
    const probability = data[2 * items[asked - 1]!]!;
    // All that are as sure as the last one.
    let n = asked;
    while (n < items.length && data[2 * items[n]!] === probability) n++;
    const hits = items.slice(0, n).reduce((sum, i) => sum + data[2 * i + 1]!, 0);
    const low = proportionLow(hits, n, each);
    if (low < precision) continue;
    return {
      ...(label === undefined ? {} : { label }),
      probability,
      precision: hits / n,
      low,
      coverage: n / items.length,
      n,
    };
  }
  return undefined;
}

function checkEnough(
  where: string,
  answers: number,
  least: number,
  label: number | undefined,
  references: References,
): void {
  if (answers < least) {
    throw new LimbeckError('invalid-data', {
      where,
      given: `${answers} answers${label === undefined ? '' : ` of class ${label}`}`,
      expected: `at least ${least}`,
      next: 'Choose a threshold on more validation items.',
    });
  }
  if (Array.from(references).some((reference) => reference !== references[0])) return;
  throw new LimbeckError('one-class', {
    where,
    given: `${references.length} items, all of class ${references[0]}`,
    expected: 'at least two classes',
    next: 'Choose a threshold on a validation split that holds several classes.',
  });
}
