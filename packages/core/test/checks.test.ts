import { fc, test } from '@fast-check/vitest';
import { checkBetween, checkPositive, checkWhole, LimbeckError } from '@limbeck/core';
import { describe, expect } from 'vitest';

const next = 'Use 1.';

describe('checkPositive', () => {
  test.prop([fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true })])(
    'lets finite numbers above 0 pass',
    (value) => checkPositive('f', { value }, next),
  );

  test.each([0, -0, -1, NaN, Infinity, '1', undefined, null, 1n])('refuses %s', (value) => {
    expect(() => checkPositive('f', { value }, next)).toThrow(LimbeckError);
  });

  test('names the function, the option, its value and what to do', () => {
    const call = (): void =>
      checkPositive('softTargets', { temperature: 0 }, 'Use 1 to keep them.');
    expect(call).toThrow(
      'softTargets: given temperature 0; expected a finite number above 0. Use 1 to keep them. [invalid-option]',
    );
  });

  test('shows a string as a string', () => {
    expect(() => checkPositive('f', { rate: '0.1' }, next)).toThrow('given rate "0.1";');
  });

  test('finds the one that is wrong among many', () => {
    expect(() => checkPositive('f', { a: 1, b: -2, c: 3 }, next)).toThrow('given b -2;');
  });
});

describe('checkBetween', () => {
  test('counts both ends in', () => {
    checkBetween('f', { low: 0, high: 1 }, 0, 1, next);
  });

  test.each([-Number.MIN_VALUE, 1 + Number.EPSILON, NaN, '0', undefined])('refuses %s', (value) => {
    expect(() => checkBetween('f', { value }, 0, 1, next)).toThrow('expected a number from 0 to 1');
  });
});

describe('checkWhole', () => {
  test.prop([fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER })])(
    'lets whole numbers pass',
    (value) => checkWhole('f', { value }, 2, next),
  );

  test.each([1, 2.5, 2 ** 53, Infinity, NaN, '2', true])('refuses %s', (value) => {
    expect(() => checkWhole('f', { value }, 2, next)).toThrow('a whole number of at least 2');
  });
});
