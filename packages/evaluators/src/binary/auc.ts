import type { WeightedMetric } from '../weighted-metric.js';
import type { Positives, Scores } from './binary-data.js';
import { sweepMetric } from './sweep.js';

/**
 * The area under the ROC curve, in `[0, 1]`: how often a positive scores higher than a negative, ties counted half.
 *
 * ```text
 * AUC = P(s⁺ > s⁻) + ½ P(s⁺ = s⁻)
 * ```
 *
 * @throws LimbeckError, from `rows`: `shape-mismatch`, `empty-data`, `non-finite-data`, `label-out-of-range`; from `value`:
 * `undefined-metric` without a positive or without a negative
 * @see Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic curve", 1982.
 */
export function auc(): WeightedMetric<Scores, Positives> {
  return sweepMetric('auc', ({ positives, negatives }) => {
    let area = 0;
    let above = 0;
    let wrong = 0;
    return {
      step(truePositives, falsePositives) {
        area += ((falsePositives - wrong) * (truePositives + above)) / 2;
        above = truePositives;
        wrong = falsePositives;
      },
      value: () => area / (positives * negatives),
    };
  });
}

/**
 * Average precision, in `(0, 1]`: the precision at every threshold, weighted by the recall that it adds; equal scores are one
 * threshold.
 *
 * ```text
 * AP = Σ_n (R_n − R_{n−1}) P_n
 * ```
 *
 * @throws LimbeckError as {@link auc}
 * @see scikit-learn, `average_precision_score`.
 */
export function averagePrecision(): WeightedMetric<Scores, Positives> {
  return sweepMetric('averagePrecision', ({ positives }) => {
    let sum = 0;
    let above = 0;
    return {
      step(truePositives, falsePositives) {
        if (truePositives === above) return;
        sum += ((truePositives - above) * truePositives) / (truePositives + falsePositives);
        above = truePositives;
      },
      value: () => sum / positives,
    };
  });
}
