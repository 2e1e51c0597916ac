import { type AdditiveMetric, meanMetric } from './additive-metric.js';
import {
  checkLabels,
  checkPaired,
  type Predictions,
  type References,
  topLabels,
} from './predictions.js';

/**
 * The share of items answered right, in `[0, 1]`. An abstention counts as wrong.
 *
 * @throws LimbeckError, from `rows`: `shape-mismatch`, `empty-data`, `label-out-of-range`, `non-finite-data`, `invalid-data`
 */
export function accuracy(): AdditiveMetric<Predictions, References> {
  return meanMetric('accuracy', true, (predictions, references) => {
    const answers = topLabels(predictions, 'accuracy');
    checkPaired('accuracy', answers.length, references.length);
    checkLabels('accuracy', references, predictions.classes);
    return Float64Array.from(answers, (answer, i) => (answer === references[i] ? 1 : 0));
  });
}

/** How many items had no answer. @throws LimbeckError as {@link accuracy} */
export function abstentions(predictions: Predictions): number {
  return topLabels(predictions, 'abstentions').reduce((n, label) => n + (label < 0 ? 1 : 0), 0);
}
