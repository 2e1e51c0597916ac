import { isLimbeckError, LimbeckError } from '@limbeck/core';

/** Refuses to give a value where a metric has none. @throws LimbeckError `undefined-metric` */
export function undefinedMetric(
  where: string,
  given: string,
  expected: string,
  next = 'Measure a set that has them, or leave this metric out.',
): never {
  throw new LimbeckError('undefined-metric', { where, given, expected, next });
}

/** A metric's value, or nothing where it has none. */
export function ifDefined(measure: () => number): number | undefined {
  try {
    return measure();
  } catch (error) {
    if (isLimbeckError(error, 'undefined-metric')) return undefined;
    throw error;
  }
}
