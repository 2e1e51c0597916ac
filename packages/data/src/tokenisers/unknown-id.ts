import { LimbeckError } from '@limbeck/core';

/** An id that stands for no token. */
export function unknownId(where: string, id: number): LimbeckError {
  return new LimbeckError('invalid-data', {
    where,
    given: `the id ${id}`,
    expected: 'an id of the vocabulary',
    next: 'Decode with the tokeniser that made the ids.',
  });
}
