import { checkBetween, checkPositive } from '@limbeck/core';
import { undefinedMetric } from '../undefined-metric.js';
import type { WeightedMetric } from '../weighted-metric.js';
import { type Positives, scoreRows, type Scores } from './binary-data.js';
import { sweepMetric } from './sweep.js';

/**
 * The largest share of positives that some threshold finds while it takes at most the share `fpr` of the negatives for
 * positive, in `[0, 1]`.
 *
 * @throws LimbeckError `invalid-option` for an `fpr` outside `(0, 1]`; from `value` also `undefined-metric` for fewer than `1 / fpr`
 * negatives, which cannot show so small a share; and as {@link auc}
 * @see Carlini et al., "Membership Inference Attacks From First Principles", 2022, §3. {@link https://arxiv.org/abs/2112.03570}
 */
export function tprAtFpr(options: { readonly fpr: number }): WeightedMetric<Scores, Positives> {
  const { fpr } = options;
  checkPositive('tprAtFpr', { fpr }, 'Use 0.01 or 0.001.');
  checkBetween('tprAtFpr', { fpr }, 0, 1, 'Use 0.01 or 0.001.');
  const name = `tpr@fpr=${fpr}`;
  return sweepMetric(name, ({ positives, negatives }) => {
    // 0.001 · 1000 may end a rounding error below 1.
    const most = fpr * negatives + 1e-9;
    if (most < 1) {
      undefinedMetric(
        name,
        `${negatives} negatives`,
        `at least ${Math.ceil(1 / fpr - 1e-9)}`,
        'Measure more negatives, or ask for a larger share.',
      );
    }
    let best = 0;
    return {
      step(truePositives, falsePositives) {
        if (falsePositives <= most) best = truePositives;
      },
      value: () => best / positives,
    };
  });
}

/**
 * The most by which some threshold finds a larger share of the positives than of the negatives (Youden's J, also the
 * Kolmogorov–Smirnov distance), in `[0, 1]`.
 *
 * @throws LimbeckError as {@link auc}
 */
export function youden(): WeightedMetric<Scores, Positives> {
  return gapMetric('youden', (gap) => gap);
}

/** The balanced accuracy of the best threshold, in `[0.5, 1]`. @throws LimbeckError as {@link auc} */
export function bestBalancedAccuracy(): WeightedMetric<Scores, Positives> {
  return gapMetric('bestBalancedAccuracy', (gap) => (1 + gap) / 2);
}

function gapMetric(
  name: string,
  finish: (gap: number) => number,
): WeightedMetric<Scores, Positives> {
  return sweepMetric(name, ({ positives, negatives }) => {
    let gap = 0;
    return {
      step(truePositives, falsePositives) {
        gap = Math.max(gap, truePositives / positives - falsePositives / negatives);
      },
      value: () => finish(gap),
    };
  });
}

/** One threshold of a {@link rocCurve}. */
export interface RocPoint {
  /** Items that score at least so much count as positive. */
  readonly threshold: number;
  /** The share of positives among them. */
  readonly tpr: number;
  /** The share of negatives among them. */
  readonly fpr: number;
}

/**
 * Shares of positives and negatives found, by falling threshold; the first point, above every score, finds none.
 *
 * @throws LimbeckError as {@link auc}
 */
export function rocCurve(scores: Scores, positives: Positives): RocPoint[] {
  const points: RocPoint[] = [{ threshold: Infinity, tpr: 0, fpr: 0 }];
  const thresholds = [...new Set(Array.from(scores))].sort((a, b) => b - a);
  const metric = sweepMetric('rocCurve', (totals) => ({
    step(truePositives, falsePositives) {
      points.push({
        threshold: thresholds[points.length - 1]!,
        tpr: truePositives / totals.positives,
        fpr: falsePositives / totals.negatives,
      });
    },
    value: () => 0,
  }));
  metric.value(scoreRows('rocCurve', scores, positives));
  return points;
}
