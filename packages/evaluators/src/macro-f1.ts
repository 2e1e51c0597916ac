import { type AdditiveMetric, additiveMetric, some } from './additive-metric.js';
import { answerRows } from './classes/answer-rows.js';
import type { Predictions, References } from './predictions.js';

/**
 * The mean of the classes' F1, in `[0, 1]`, over the classes that occur among references or answers, which is
 * what scikit-learn's `f1_score(average="macro")` takes. An abstention is a miss of its true class.
 *
 * ```text
 * F1_c = 2 TP_c / (2 TP_c + FP_c + FN_c)
 * ```
 *
 * @throws LimbeckError, from `rows`: as {@link accuracy}
 */
export function macroF1(): AdditiveMetric<Predictions, References> {
  return additiveMetric({
    name: 'macroF1',
    higherIsBetter: true,
    rows: (predictions, references) => answerRows('macroF1', predictions, references),
    sums: (rows) => 2 * (1 + rows.data.reduce((a, b) => Math.max(a, b), 0)),
    // A class's two sums are its hits, and its hits twice with its misses and false alarms.
    add(rows, item, into, offset) {
      const reference = rows.data[2 * item]!;
      const answer = rows.data[2 * item + 1]!;
      if (answer === reference) into[offset + 2 * reference]! += 1;
      into[offset + 2 * reference + 1]! += 1;
      if (answer >= 0) into[offset + 2 * answer + 1]! += 1;
    },
    finish(sums) {
      let total = 0;
      let present = 0;
      for (let c = 0; c < sums.length; c += 2) {
        if (sums[c + 1] === 0) continue;
        total += (2 * sums[c]!) / sums[c + 1]!;
        present++;
      }
      return total / some('macroF1', present);
    },
  });
}
