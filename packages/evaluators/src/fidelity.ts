import { LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from './additive-metric.js';
import { checkPaired, type Predictions, topLabels } from './predictions.js';

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
