import { LimbeckError } from '@limbeck/core';

const levels = ['disabled', 'basic', 'extended', 'all'] as const;

/** Checks what callers without types may pass. @throws LimbeckError `invalid-option` */
export function checkOptimization(where: string, optimization: (typeof levels)[number]): void {
  if (levels.includes(optimization)) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `optimization ${JSON.stringify(optimization)}`,
    expected: `one of ${levels.join(', ')}`,
    next: "Leave it out for 'all'.",
  });
}
