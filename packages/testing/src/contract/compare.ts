import { ContractError } from '../contract-error.js';

/** Throws unless two lists of numbers agree. NaN agrees with NaN alone where nothing may differ, and never otherwise. */
export function expectClose(
  what: string,
  given: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  if (given.length !== expected.length) {
    throw new ContractError(`${what}: ${given.length} values, expected ${expected.length}.`);
  }
  const largest = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  given.forEach((value, i) => {
    const wanted = expected[i]!;
    const same = tolerance === 0 ? Object.is(value, wanted) || value === wanted : value === wanted;
    if (same || Math.abs(value - wanted) <= tolerance * largest) return;
    throw new ContractError(
      `${what}: ${value} at index ${i}, expected ${wanted}` +
        (tolerance === 0 ? ' to the bit.' : ` within ${(tolerance * largest).toExponential(1)}.`),
    );
  });
}

/** Throws unless all numbers are finite. */
export function expectFinite(what: string, given: readonly number[]): void {
  const at = given.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new ContractError(`${what}: ${given[at]} at index ${at}, expected a finite number.`);
}
