import { checkBetween, checkPositive, type Metric } from '@limbeck/core';
import { type BootstrapOptions, type Measured, meanValue, resample } from './bootstrap.js';
import { sortedQuantile } from './quantile.js';
import { undefinedMetric } from './undefined-metric.js';

/** What a student kept of its teacher. */
export interface Retention {
  /** The student's value over the teacher's. */
  readonly share: number;
  /** The lower bound of that share: it is above it with the confidence asked for. */
  readonly low: number;
}

/**
 * Which share of its teacher's value a student keeps, such as 97% of the accuracy, with a lower bound by paired bootstrap.
 * For metrics that are better low the share is the teacher's value over the student's.
 *
 * @param options - as {@link bootstrap}'s; `confidence` is one-sided here
 * @throws LimbeckError `undefined-metric` if a value that is divided by is not above 0; and as {@link bootstrap}
 */
export function retention<P, R>(
  metric: Metric<P, R>,
  student: Measured,
  teacher: Measured,
  options: BootstrapOptions = {},
): Retention {
  const { confidence = 0.95 } = options;
  checkBetween('retention', { confidence }, 1e-6, 1 - 1e-6, 'Use 0.95.');
  const [above, below] = metric.higherIsBetter ? [student, teacher] : [teacher, student];
  const [over, under] = resample(metric, [above, below], options);
  const shares = over!.map((value, b) => ratio(metric.name, value, under![b]!)).sort();
  return {
    share: ratio(metric.name, meanValue(metric, above), meanValue(metric, below)),
    low: sortedQuantile(shares, 1 - confidence),
  };
}

function ratio(name: string, value: number, by: number): number {
  if (by > 0) return value / by;
  return undefinedMetric(
    `retention of ${name}`,
    `a value of ${by} to divide by`,
    'a value above 0',
    'Compare the two by their difference instead, with compare.',
  );
}

/** How {@link retention} is asked for in a test. */
export interface RetentionGoal {
  /** The share that must be kept, above 0; 0.97 is 97%. */
  readonly share: number;
  /** How sure that must be, in `(0, 1)`. */
  readonly confidence: number;
}

/** Refuses goals that are none. @throws LimbeckError `invalid-option` */
export function checkGoal(where: string, { share, confidence }: RetentionGoal): void {
  checkPositive(where, { share }, 'Use 0.97 for 97%.');
  checkBetween(where, { confidence }, 1e-6, 1 - 1e-6, 'Use 0.95.');
}
