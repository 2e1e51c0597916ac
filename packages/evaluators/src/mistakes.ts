import { checkWhole } from '@limbeck/core';
import {
  checkLabels,
  checkPaired,
  checkProbabilities,
  type Predictions,
  type References,
  topLabels,
} from './predictions.js';

/** A wrong answer. */
export interface WrongAnswer {
  /** The item's index. */
  readonly item: number;
  /** The true class. */
  readonly label: number;
  /** The answered class. */
  readonly predicted: number;
  /** The probability given to it. */
  readonly probability: number;
}

/**
 * The wrong answers given with the most confidence, surest first; equally sure ones in the order of the items.
 *
 * @throws LimbeckError `invalid-option` for a limit below 0; `missing-signal` without probabilities, and as {@link accuracy}
 */
export function surestMistakes(
  predictions: Predictions,
  references: References,
  options: { readonly limit?: number } = {},
): WrongAnswer[] {
  const { limit = 20 } = options;
  checkWhole('surestMistakes', { limit }, 0, 'Use 20.');
  const { probabilities, classes } = checkProbabilities('surestMistakes', predictions);
  const answers = topLabels(predictions, 'surestMistakes');
  checkPaired('surestMistakes', answers.length, references.length);
  checkLabels('surestMistakes', references, classes);
  return Array.from(answers, (predicted, item) => {
    const probability = predicted < 0 ? 0 : probabilities[item * classes + predicted]!;
    return { item, label: references[item]!, predicted, probability };
  })
    .filter(({ label, predicted }) => predicted >= 0 && predicted !== label)
    .sort((a, b) => b.probability - a.probability || a.item - b.item)
    .slice(0, limit);
}
