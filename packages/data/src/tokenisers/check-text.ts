import { LimbeckError } from '@limbeck/core';

/** Refuses what is no string. @throws LimbeckError `invalid-data` */
export function checkIsText(where: string, text: unknown): string {
  if (typeof text === 'string') return text;
  throw new LimbeckError('invalid-data', {
    where,
    given: `${text === null ? 'null' : typeof text} as a text`,
    expected: 'a string',
    next: 'Check the field that it comes from.',
  });
}
