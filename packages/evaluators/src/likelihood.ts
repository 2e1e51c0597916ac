import { LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from './additive-metric.js';
import {
  checkLabels,
  checkPaired,
  checkProbabilities,
  type ClassProbabilities,
  type Predictions,
  type References,
} from './predictions.js';

/** Keeps the logarithm of a probability of 0 finite; `-log` of it is 27.6 nats. */
const smallest = 1e-12;

/**
 * Negative log-likelihood of the true class, in nats an item, with probabilities no smaller than 1e-12.
 *
 * @throws LimbeckError, from `rows`: `missing-signal` without probabilities or with an abstention, and as {@link accuracy}
 */
export function nll(): AdditiveMetric<Predictions, References> {
  return meanMetric('nll', false, (predictions, references) => {
    const { probabilities, classes } = complete('nll', predictions, references);
    return Float64Array.from({ length: references.length }, (_, i) => {
      return -Math.log(Math.max(smallest, probabilities[i * classes + references[i]!]!));
    });
  });
}

/**
 * The Brier score `Σ_c (p_c − y_c)²`, in `[0, 2]`, mean over items.
 *
 * @throws LimbeckError, from `rows`: as {@link nll}
 * @see Brier, "Verification of forecasts expressed in terms of probability", 1950.
 */
export function brier(): AdditiveMetric<Predictions, References> {
  return meanMetric('brier', false, (predictions, references) => {
    const { probabilities, classes } = complete('brier', predictions, references);
    return Float64Array.from({ length: references.length }, (_, i) => {
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        sum += (probabilities[i * classes + c]! - (c === references[i] ? 1 : 0)) ** 2;
      }
      return sum;
    });
  });
}

/** Probabilities without abstentions, beside as many references. */
function complete(where: string, given: Predictions, references: References): ClassProbabilities {
  const predictions = checkProbabilities(where, given);
  const { probabilities, classes } = predictions;
  checkPaired(where, probabilities.length / classes, references.length);
  checkLabels(where, references, classes);
  for (let i = 0; i < references.length; i++) {
    if (probabilities.subarray(i * classes, (i + 1) * classes).some((p) => p > 0)) continue;
    throw new LimbeckError('missing-signal', {
      where,
      given: `an abstention at item ${i}`,
      expected: 'probabilities for every item',
      next: 'Leave this metric out for a system that abstains, or spread its row evenly.',
    });
  }
  return predictions;
}
