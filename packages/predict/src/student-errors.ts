import { LimbeckError } from '@limbeck/core';

/** The error of a call after `dispose()`. */
export function disposed(): LimbeckError {
  return new LimbeckError('disposed', {
    where: 'predict',
    given: 'a student after dispose()',
    expected: 'one that is still loaded',
    next: 'Load it again, or dispose of it later.',
  });
}

/** The error of a call that its abort signal ended. */
export function aborted(
  done: number,
  all: number | string,
  abortSignal: AbortSignal,
): LimbeckError {
  return new LimbeckError('aborted', {
    where: 'predict',
    given: `an aborted signal after ${done} of ${typeof all === 'number' ? `${all} texts` : all}`,
    expected: 'time for all of them',
    next: 'Call predict again with fewer texts, or without the signal.',
    cause: abortSignal.reason,
  });
}

/** The error of a label that a student does not have. */
export function unknownLabel(label: string, labels: readonly string[]): LimbeckError {
  return new LimbeckError('unknown-name', {
    where: 'explain',
    given: `the label ${JSON.stringify(label)}`,
    expected: `one of ${labels.join(', ')}`,
    next: 'Explain a label that the student has, or leave it out for the most probable one.',
  });
}
