import { checkWhole, type Metric } from '@limbeck/core';
import { some } from './additive-metric.js';
import { bySureness, confidenceRows } from './confidence-rows.js';
import { picked } from './pick.js';
import type { Predictions, References } from './predictions.js';

/** What answering only from a confidence on means. */
export interface RiskPoint {
  /** Items that are at least so sure are answered. */
  readonly threshold: number;
  /** Their share of all items, in `(0, 1]`. */
  readonly coverage: number;
  /** The share of them that is wrong. */
  readonly risk: number;
  /** How many they are. */
  readonly n: number;
}

/** Options of {@link riskCoverage}. */
export interface RiskOptions {
  /** The most points, evenly thinned; the last one, which covers all answers, stays. @defaultValue all */
  readonly limit?: number;
}

/**
 * How many answers are wrong when only the surest are given, by falling threshold: one point a confidence that occurs.
 * Abstentions are never covered.
 *
 * @throws LimbeckError as {@link ece}
 * @see Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks", 2017, §2.
 */
export function riskCoverage(
  predictions: Predictions,
  references: References,
  options: RiskOptions = {},
): RiskPoint[] {
  const { limit = Infinity } = options;
  if (limit !== Infinity) checkWhole('riskCoverage', { limit }, 1, 'Use 100 for a chart.');
  const rows = confidenceRows('riskCoverage', predictions, references);
  const { confidence, correct } = bySureness(rows, picked('riskCoverage', rows, undefined));
  const points: RiskPoint[] = [];
  let wrong = 0;
  for (let i = 0; i < confidence.length; i++) {
    wrong += 1 - correct[i]!;
    if (confidence[i] === confidence[i + 1]) continue;
    const n = i + 1;
    const risk = Math.min(1, wrong / n);
    points.push({ threshold: confidence[i]!, coverage: n / references.length, risk, n });
  }
  if (points.length <= limit) return points;
  return Array.from(
    { length: limit },
    (_, i) => points[Math.ceil(((i + 1) * points.length) / limit) - 1]!,
  );
}

/**
 * The area under the risk-coverage curve, in `[0, 1]`: the mean, over all items by falling confidence, of the share of wrong answers
 * down to each. Abstentions are left out. It is low where a classifier is right, and where it knows when it is not.
 *
 * @throws LimbeckError as {@link ece}
 * @see Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", 2019, §3.
 */
export function aurc(): Metric<Predictions, References> {
  return {
    name: 'aurc',
    higherIsBetter: false,
    rows: (given, references) => confidenceRows('aurc', given, references),
    value(rows, pick) {
      const { correct } = bySureness(rows, picked('aurc', rows, pick));
      let [wrong, area] = [0, 0];
      correct.forEach((right, i) => {
        wrong += 1 - right;
        area += wrong / (i + 1);
      });
      return area / some('aurc', correct.length);
    },
  };
}
