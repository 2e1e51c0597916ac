import type { HostTensor } from '@limbeck/core';
import { expect } from 'vitest';

/** Elements as numbers. */
export function numbers({ data }: HostTensor): number[] {
  return Array.from(data as Iterable<number | bigint>, Number);
}

/** Expects the shape and the elements of one tensor to be those of another, relative to the largest one. */
export function expectAgree(
  what: string,
  given: HostTensor,
  expected: HostTensor,
  tolerance: number,
): void {
  expect({ what, shape: [...given.shape] }).toEqual({ what, shape: [...expected.shape] });
  const wanted = numbers(expected);
  const finite = wanted.filter((each) => Number.isFinite(each));
  const largest = finite.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  const off = numbers(given)
    .map((value, i) => ({ i, value, expected: wanted[i]! }))
    .filter(({ value, expected: want }) => {
      const same = Object.is(value, want) || value === want;
      return !same && !(Math.abs(value - want) <= tolerance * largest);
    });
  expect({ what, off }).toEqual({ what, off: [] });
}
