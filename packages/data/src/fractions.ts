import { LimbeckError } from '@limbeck/core';

/** Refuses shares that are not above 0 or do not add up to 1. @throws LimbeckError `invalid-option` */
export function checkFractions(where: string, shares: readonly number[]): void {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.every((share) => share > 0) && Math.abs(sum - 1) < 1e-6) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `fractions ${shares.join(', ')}`,
    expected: 'shares above 0 that add up to 1',
    next: 'Use { train: 0.8, test: 0.2 }, for example.',
  });
}

/** Refuses fewer things than parts. @throws LimbeckError `invalid-data` */
export function checkEnoughFor(
  where: string,
  having: number,
  what: string,
  parts: readonly string[],
): void {
  if (having >= parts.length) return;
  throw new LimbeckError('invalid-data', {
    where,
    given: `${having} ${what} for ${parts.length} parts`,
    expected: `at least as many ${what} as parts`,
    next: `Pass more ${what}, or ask for fewer parts.`,
  });
}

/** Something for each part. */
export function forParts<Part extends string, Value>(
  parts: readonly Part[],
  value: (part: Part, side: number) => Value,
): { [K in Part]: Value } {
  return Object.fromEntries(parts.map((part, side) => [part, value(part, side)])) as {
    [K in Part]: Value;
  };
}
