import { LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from './additive-metric.js';
import { checkPaired, checkProbabilities, type Predictions, topLabels } from './predictions.js';

/**
 * The share of items on which a student answers as its teacher does. Where either abstains they disagree.
 * It is not accuracy: a student can gain accuracy with lower fidelity.
 *
 * @throws LimbeckError, from `rows`: as {@link accuracy}; `shape-mismatch` if the classes differ
 * @see Stanton et al., "Does Knowledge Distillation Really Work?", 2021, §3. {@link https://arxiv.org/abs/2106.05945}
 */
export function agreement(): AdditiveMetric<Predictions, Predictions> {
  return meanMetric('agreement', true, (student, teacher) => {
    checkSameClasses('agreement', student, teacher);
    const ours = topLabels(student, 'agreement');
    const theirs = topLabels(teacher, 'agreement');
    checkPaired('agreement', ours.length, theirs.length);
    return Float64Array.from(ours, (label, i) => (label >= 0 && label === theirs[i] ? 1 : 0));
  });
}

/**
 * Kullback–Leibler divergence of the student's distribution from the teacher's, `Σ_c t_c log(t_c / s_c)`, in nats an
 * item, with the student's probabilities no smaller than 1e-12.
 *
 * @throws LimbeckError, from `rows`: `missing-signal` without probabilities, `shape-mismatch` if the classes differ
 */
export function teacherDivergence(): AdditiveMetric<Predictions, Predictions> {
  return meanMetric('teacherDivergence', false, (given, reference) => {
    const student = checkProbabilities('teacherDivergence', given);
    const teacher = checkProbabilities('teacherDivergence', reference);
    checkSameClasses('teacherDivergence', student, teacher);
    const { classes } = student;
    checkPaired('teacherDivergence', student.probabilities.length, teacher.probabilities.length);
    return Float64Array.from({ length: student.probabilities.length / classes }, (_, i) => {
      let sum = 0;
      for (let c = i * classes; c < (i + 1) * classes; c++) {
        const t = teacher.probabilities[c]!;
        if (t > 0) sum += t * Math.log(t / Math.max(1e-12, student.probabilities[c]!));
      }
      // Rows that add up to 1 only nearly can end a rounding error below 0.
      return Math.max(0, sum);
    });
  });
}

/** Refuses classes that differ. @throws LimbeckError `shape-mismatch` */
export function checkSameClasses(
  where: string,
  student: { readonly classes: number },
  teacher: { readonly classes: number },
): void {
  if (student.classes === teacher.classes) return;
  throw new LimbeckError('shape-mismatch', {
    where,
    given: `${student.classes} classes of the student, ${teacher.classes} of the teacher`,
    expected: 'the same classes in the same order',
    next: 'Keep of the teacher the classes that the student predicts.',
  });
}
