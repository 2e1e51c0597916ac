import { confusion } from '../confusion.js';
import type { Predictions, References } from '../predictions.js';

/** How one class was told. A share of nothing is absent. */
export interface ClassScore {
  /** The class's index. */
  readonly label: number;
  /** How many items are of it. */
  readonly support: number;
  /** The share of answers of this class that are right; absent if there is none. */
  readonly precision?: number;
  /** The share of its items that were answered so; absent if there is none. */
  readonly recall?: number;
  /** The harmonic mean of both; absent if the class neither occurs nor is answered. */
  readonly f1?: number;
}

/**
 * Precision, recall and F1 of every class.
 *
 * @throws LimbeckError as {@link accuracy}
 */
export function classScores(predictions: Predictions, references: References): ClassScore[] {
  const { counts, abstained } = confusion(predictions, references);
  return counts.map((row, label) => {
    const hits = row[label]!;
    const support = row.reduce((sum, count) => sum + count, 0) + abstained[label]!;
    const answered = counts.reduce((sum, each) => sum + each[label]!, 0);
    return {
      label,
      support,
      ...(answered === 0 ? {} : { precision: hits / answered }),
      ...(support === 0 ? {} : { recall: hits / support }),
      ...(answered + support === 0 ? {} : { f1: (2 * hits) / (answered + support) }),
    };
  });
}
