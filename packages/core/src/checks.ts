import { LimbeckError } from './errors.js';

function refuse(
  where: string,
  name: string,
  value: unknown,
  expected: string,
  next: string,
): never {
  throw new LimbeckError('invalid-option', {
    where,
    given: `${name} ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`,
    expected,
    next,
  });
}

/** Refuses options that are not finite numbers above 0. @throws LimbeckError `invalid-option` */
export function checkPositive(
  where: string,
  options: { readonly [name: string]: unknown },
  next: string,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      refuse(where, name, value, 'a finite number above 0', next);
    }
  }
}

/** Refuses options that are not finite numbers in `[low, high]`. @throws LimbeckError `invalid-option` */
export function checkBetween(
  where: string,
  options: { readonly [name: string]: unknown },
  low: number,
  high: number,
  next: string,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || !(value >= low && value <= high)) {
      refuse(where, name, value, `a number from ${low} to ${high}`, next);
    }
  }
}

/** Refuses options that are not whole numbers of at least `low`. @throws LimbeckError `invalid-option` */
export function checkWhole(
  where: string,
  options: { readonly [name: string]: unknown },
  low: number,
  next: string,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low) {
      refuse(where, name, value, `a whole number of at least ${low}`, next);
    }
  }
}
