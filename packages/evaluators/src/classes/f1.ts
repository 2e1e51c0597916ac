import { type AdditiveMetric, additiveMetric, some } from '../additive-metric.js';
import { undefinedMetric } from '../undefined-metric.js';
import type { Predictions, References } from '../predictions.js';
import { answerRows } from './answer-rows.js';

/** What is counted of a class. */
interface ClassCounts {
  /** Items of the class that were answered so. */
  readonly hits: number;
  /** Items of the class. */
  readonly support: number;
  /** Items answered so. */
  readonly answered: number;
}

/**
 * F1 over all classes' counts together, in `[0, 1]`: accuracy, but for abstentions, which make precision and recall differ.
 *
 * ```text
 * F1 = 2 Σ TP / (2 Σ TP + Σ FP + Σ FN)
 * ```
 *
 * @throws LimbeckError, from `rows`: as {@link accuracy}
 */
export function microF1(): AdditiveMetric<Predictions, References> {
  return classMetric('microF1', (counts) => {
    const sum = (of: (each: ClassCounts) => number): number =>
      counts.reduce((total, each) => total + of(each), 0);
    const whole = sum(({ support, answered }) => support + answered);
    return (2 * sum(({ hits }) => hits)) / some('microF1', whole);
  });
}

/** The classes' F1, weighted by how many items each has, in `[0, 1]`. @throws LimbeckError as {@link microF1} */
export function weightedF1(): AdditiveMetric<Predictions, References> {
  return classMetric('weightedF1', (counts) => {
    let [sum, items] = [0, 0];
    for (const { hits, support, answered } of counts) {
      if (support > 0) sum += (support * 2 * hits) / (support + answered);
      items += support;
    }
    return sum / some('weightedF1', items);
  });
}

/**
 * The mean of the classes' recalls, in `[0, 1]`, over the classes that occur among the references: accuracy as if all were equally
 * frequent.
 *
 * @throws LimbeckError as {@link microF1}
 */
export function balancedAccuracy(): AdditiveMetric<Predictions, References> {
  return classMetric('balancedAccuracy', (counts) => {
    const present = counts.filter(({ support }) => support > 0);
    const sum = present.reduce((total, { hits, support }) => total + hits / support, 0);
    return sum / some('balancedAccuracy', present.length);
  });
}

/**
 * Matthews' correlation coefficient of answers and references over any number of classes, in `[-1, 1]`; 0 is chance. Where
 * every answer is the same it is 0, its limit.
 *
 * ```text
 * MCC = (c s − Σ p_k t_k) / √((s² − Σ p_k²)(s² − Σ t_k²))
 * ```
 *
 * with `s` items, `c` right ones, `p_k` answers of class k (abstentions being a class of their own) and `t_k` references.
 *
 * @throws LimbeckError, from `rows`: as {@link accuracy}; from `value`: `undefined-metric` if all references are of one class
 * @see Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004.
 */
export function mcc(): AdditiveMetric<Predictions, References> {
  return classMetric('mcc', (counts) => {
    let [items, right, chance, ofAnswers, ofTruth, answers] = [0, 0, 0, 0, 0, 0];
    for (const { hits, support, answered } of counts) {
      items += support;
      right += hits;
      answers += answered;
      chance += answered * support;
      ofAnswers += answered ** 2;
      ofTruth += support ** 2;
    }
    ofAnswers += (some('mcc', items) - answers) ** 2;
    if (ofTruth === items ** 2) {
      undefinedMetric('mcc', 'references of one class', 'references of at least two classes');
    }
    if (ofAnswers === items ** 2) return 0;
    const spread = Math.sqrt((items ** 2 - ofAnswers) * (items ** 2 - ofTruth));
    return (right * items - chance) / spread;
  });
}

/** A metric of three counts a class. */
function classMetric(
  name: string,
  ofCounts: (counts: readonly ClassCounts[]) => number,
): AdditiveMetric<Predictions, References> {
  return additiveMetric({
    name,
    higherIsBetter: true,
    rows: (predictions, references) => answerRows(name, predictions, references),
    sums: (rows) => 3 * (1 + rows.data.reduce((most, label) => Math.max(most, label), 0)),
    add(rows, item, into, offset) {
      const [reference, answer] = [rows.data[2 * item]!, rows.data[2 * item + 1]!];
      if (answer === reference) into[offset + 3 * reference]! += 1;
      into[offset + 3 * reference + 1]! += 1;
      if (answer >= 0) into[offset + 3 * answer + 2]! += 1;
    },
    finish(sums) {
      const counts: ClassCounts[] = [];
      for (let at = 0; at < sums.length; at += 3) {
        counts.push({ hits: sums[at]!, support: sums[at + 1]!, answered: sums[at + 2]! });
      }
      return ofCounts(counts);
    },
  });
}
