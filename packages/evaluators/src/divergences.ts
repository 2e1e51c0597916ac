import { checkPositive, LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from './additive-metric.js';
import { type ClassLogits, logitsOf, softmaxRow } from './calibrators/logits.js';
import { checkSameClasses } from './fidelity.js';
import { checkPaired, checkProbabilities, type Predictions } from './predictions.js';

/** Keeps the logarithm of a probability of 0 finite. */
const smallest = 1e-12;

/**
 * Kullback–Leibler divergence of the student's distribution from the teacher's, `Σ_c t_c log(t_c / s_c)`, in nats an
 * item, with the student's probabilities no smaller than 1e-12.
 *
 * @throws LimbeckError, from `rows`: `missing-signal` without probabilities, or where either abstains; `shape-mismatch` if the
 * classes differ
 */
export function teacherDivergence(): AdditiveMetric<Predictions, Predictions> {
  return divergence('teacherDivergence', (s, t) => kl(t, s));
}

/**
 * Kullback–Leibler divergence of the teacher's distribution from the student's, `Σ_c s_c log(s_c / t_c)`, in nats an item,
 * with the teacher's probabilities no smaller than 1e-12: large where the student spreads to what the teacher rules out.
 *
 * @throws LimbeckError as {@link teacherDivergence}
 */
export function reverseDivergence(): AdditiveMetric<Predictions, Predictions> {
  return divergence('reverseDivergence', (s, t) => kl(s, t));
}

/**
 * Jensen–Shannon divergence of student and teacher, in nats an item, in `[0, log 2]`: the mean divergence of both from
 * their middle.
 *
 * @throws LimbeckError as {@link reverseDivergence}
 * @see Lin, "Divergence measures based on the Shannon entropy", 1991.
 */
export function jensenShannon(): AdditiveMetric<Predictions, Predictions> {
  return divergence('jensenShannon', (s, t) => {
    const middle = s.map((p, c) => (p + t[c]!) / 2);
    return (kl(s, middle) + kl(t, middle)) / 2;
  });
}

/** Total variation distance of student and teacher, `½ Σ_c |s_c − t_c|`, in `[0, 1]`. @throws LimbeckError as {@link reverseDivergence} */
export function totalVariation(): AdditiveMetric<Predictions, Predictions> {
  return divergence('totalVariation', (s, t) =>
    s.reduce((sum, p, c) => sum + Math.abs(p - t[c]!) / 2, 0),
  );
}

/**
 * The loss of soft targets as a measure, in nats an item: `τ² KL(softmax(t / τ) ‖ softmax(s / τ))` of the logits.
 *
 * @throws LimbeckError `invalid-option` for a temperature that is not above 0; from `rows`: `shape-mismatch`, `non-finite-data`, `empty-data`
 * @see Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, §2.
 */
export function distillationLoss(
  options: { readonly temperature?: number } = {},
): AdditiveMetric<ClassLogits, ClassLogits> {
  const { temperature = 1 } = options;
  checkPositive('distillationLoss', { temperature }, 'Use 1 to keep the logits as they are.');
  return meanMetric('distillationLoss', false, (student, teacher) => {
    checkSameClasses('distillationLoss', student, teacher);
    const [ours, theirs] = [student, teacher].map((of) => logitsOf('distillationLoss', of));
    const { classes } = student;
    checkPaired('distillationLoss', ours!.length / classes, theirs!.length / classes);
    const [s, t] = [new Float64Array(classes), new Float64Array(classes)];
    return Float64Array.from({ length: ours!.length / classes }, (_, i) => {
      softmaxRow(ours!.subarray(i * classes, (i + 1) * classes), temperature, s);
      softmaxRow(theirs!.subarray(i * classes, (i + 1) * classes), temperature, t);
      return temperature ** 2 * kl(t, s);
    });
  });
}

function divergence(
  name: string,
  ofRow: (student: Float64Array, teacher: Float64Array) => number,
): AdditiveMetric<Predictions, Predictions> {
  return meanMetric(name, false, (given, reference) => {
    const student = checkProbabilities(name, given);
    const teacher = checkProbabilities(name, reference);
    checkSameClasses(name, student, teacher);
    const { classes } = student;
    checkPaired(
      name,
      student.probabilities.length / classes,
      teacher.probabilities.length / classes,
    );
    return Float64Array.from({ length: student.probabilities.length / classes }, (_, i) =>
      ofRow(distribution(name, student, i), distribution(name, teacher, i)),
    );
  });
}

/** A row in float64. @throws LimbeckError `missing-signal` for an abstention, which is no distribution */
function distribution(
  where: string,
  { probabilities, classes }: Exclude<Predictions, { labels: unknown }>,
  item: number,
): Float64Array {
  const row = Float64Array.from(probabilities.subarray(item * classes, (item + 1) * classes));
  if (row.some((p) => p > 0)) return row;
  throw new LimbeckError('missing-signal', {
    where,
    given: `an abstention at item ${item}`,
    expected: 'probabilities for every item',
    next: 'Leave this metric out for a system that abstains, or spread its row evenly.',
  });
}

/** `Σ_c p_c log(p_c / q_c)`, no less than 0, which rows that add up to 1 only nearly could miss. */
function kl(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < p.length; c++) {
    if (p[c]! > 0) sum += p[c]! * Math.log(p[c]! / Math.max(smallest, q[c]!));
  }
  return Math.max(0, sum);
}
