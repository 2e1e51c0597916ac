import { checkWhole } from '@limbeck/core';
import type { Predictions, References } from '../predictions.js';
import type { TemperatureCalibration } from './calibration.js';
import { type ClassLogits, type FitRows, fitRows, softmaxRow } from './logits.js';

/** Options of the `fit` functions of calibration. */
export interface FitOptions {
  /** The fewest answered items to fit on. @defaultValue 10, and 100 for {@link fitIsotonic} */
  readonly minItems?: number;
}

/** How far a temperature may lie from 1, as its logarithm: from 1/1000 to 1000. */
const farthest = Math.log(1000);

/**
 * The temperature under which a classifier's probabilities fit held-out labels best: one number, which keeps every
 * answer. Labels are smoothed as Platt does, by the one miss and one hit that a prior expects, so that a classifier
 * without a single mistake gets a finite confidence too.
 *
 * ```text
 * min_T  − Σ_i Σ_c t_ic log softmax(z_i / T)_c      t = (n + 1) / (n + 2) for the true class, the rest spread evenly
 * ```
 *
 * @param given - logits, or probabilities, whose logarithms serve
 * @throws LimbeckError `invalid-data` for fewer than `minItems` answered items; `one-class`; `invalid-option`; and as `accuracy()`
 * @see Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017, §4.2.
 * {@link https://arxiv.org/abs/1706.04599}
 */
export function fitTemperature(
  given: ClassLogits | Predictions,
  references: References,
  options: FitOptions = {},
): TemperatureCalibration {
  const { minItems = 10 } = options;
  checkWhole('fitTemperature', { minItems }, 2, 'Use 10.');
  const rows = fitRows('fitTemperature', given, references, minItems);
  // The loss is convex in 1 / T, so its derivative crosses 0 once.
  let low = -farthest;
  let high = farthest;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (slope(rows, Math.exp(-middle)) < 0) high = middle;
    else low = middle;
  }
  return { kind: 'temperature', temperature: Math.exp((low + high) / 2) };
}

/** The derivative of the smoothed loss by 1 / T, over the number of items. */
function slope({ logits, labels, classes }: FitRows, inverse: number): number {
  const items = labels.length;
  const miss = 1 / (items + 2) / Math.max(1, classes - 1);
  const hit = (items + 1) / (items + 2);
  const q = new Float64Array(classes);
  let sum = 0;
  for (let i = 0; i < items; i++) {
    const z = logits.subarray(i * classes, (i + 1) * classes);
    softmaxRow(z, 1 / inverse, q);
    for (let c = 0; c < classes; c++) sum += (q[c]! - (c === labels[i] ? hit : miss)) * z[c]!;
  }
  return sum / items;
}
