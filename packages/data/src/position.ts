import { type Json, LimbeckError } from '@limbeck/core';

/** The whole numbers of a position that a source has saved: an `index` among so many `rows` or `batches`, and the like. @throws LimbeckError `invalid-data` */
export function readPosition<Name extends string>(
  where: string,
  from: Json,
  names: readonly Name[],
): { readonly [K in Name]: number } {
  const given = (typeof from === 'object' && from !== null ? from : {}) as {
    readonly [name: string]: Json | undefined;
  };
  const whole = (name: string): boolean =>
    Number.isSafeInteger(given[name]) && Number(given[name]) >= 0;
  // Behind its last row or batch an epoch is over, so no batch carries that.
  const total = given['batches'] ?? given['rows'] ?? Infinity;
  if (names.every(whole) && Number(given['index']) <= Number(total)) {
    return given as { readonly [K in Name]: number };
  }
  throw new LimbeckError('invalid-data', {
    where,
    given: `position ${JSON.stringify(from)}`,
    expected: `{ ${names.join(', ')} } as a batch carried it`,
    next: 'Start from the beginning, or from a checkpoint of this program.',
  });
}

/** Refuses to go on with other data. @throws LimbeckError `checkpoint-mismatch` */
export function checkSame(where: string, given: string, expected: string): void {
  if (given === expected) return;
  throw new LimbeckError('checkpoint-mismatch', {
    where,
    given,
    expected: `${expected}, as when the position was saved`,
    next: 'Go on with the same data and settings, or start the training anew.',
  });
}
