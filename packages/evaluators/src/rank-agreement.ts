import { type AdditiveMetric, additiveMetric } from './additive-metric.js';
import { checkChoice } from './check-choice.js';
import { checkSameClasses } from './fidelity.js';
import { checkPaired, checkProbabilities, type Predictions } from './predictions.js';
import { kendall, spearman } from './regression/rank-correlation.js';
import { ifDefined, undefinedMetric } from './undefined-metric.js';

/** Options of {@link rankAgreement}. */
export interface RankAgreementOptions {
  /** Kendall's τ-b or Spearman's correlation. @defaultValue 'kendall' */
  readonly by?: 'kendall' | 'spearman';
}

/**
 * How alike student and teacher order the classes of an item, in `[-1, 1]`, mean over items. Items for which either holds
 * all classes equally likely, which is no order, are left out.
 *
 * @throws LimbeckError, from `rows`: `missing-signal` without probabilities, `shape-mismatch`, `empty-data`; from `value`:
 * `undefined-metric` where no item has an order
 */
export function rankAgreement(
  options: RankAgreementOptions = {},
): AdditiveMetric<Predictions, Predictions> {
  const { by = 'kendall' } = options;
  checkChoice('rankAgreement', { by }, ['kendall', 'spearman']);
  const metric = by === 'kendall' ? kendall() : spearman();
  const name = `rankAgreement-${by}`;
  return additiveMetric({
    name,
    higherIsBetter: true,
    rows(given, reference) {
      const student = checkProbabilities(name, given);
      const teacher = checkProbabilities(name, reference);
      checkSameClasses(name, student, teacher);
      const { classes } = student;
      const items = student.probabilities.length / classes;
      checkPaired(name, items, teacher.probabilities.length / classes);
      const data = new Float64Array(2 * items);
      for (let i = 0; i < items; i++) {
        const [ours, theirs] = [student, teacher].map(({ probabilities }) =>
          probabilities.subarray(i * classes, (i + 1) * classes),
        );
        const value = ifDefined(() => metric.value(metric.rows(ours!, theirs!)));
        data[2 * i] = value ?? 0;
        data[2 * i + 1] = value === undefined ? 0 : 1;
      }
      return { columns: 2, data };
    },
    sums: () => 2,
    add(rows, item, into, offset) {
      into[offset]! += rows.data[2 * item]!;
      into[offset + 1]! += rows.data[2 * item + 1]!;
    },
    finish([sum, items]) {
      if (items! > 0) return sum! / items!;
      return undefinedMetric(
        name,
        'no item whose classes are ordered by both',
        'probabilities that differ by class',
      );
    },
  });
}
