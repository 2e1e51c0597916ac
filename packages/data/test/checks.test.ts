import { checkFinite, checkLabelled, checkNotEmpty } from '@limbeck/data';
import { describe, expect, test } from 'vitest';

const code = (expected: string, message: RegExp) =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string });

describe('checks of data', () => {
  test('no rows', () => {
    expect(() => checkNotEmpty('here', [])).toThrow(code('empty-data', /^here: given no rows/));
    expect(() => checkLabelled('here', [], { classes: 2 })).toThrow(code('empty-data', /no rows/));
    expect(() => checkNotEmpty('here', [1])).not.toThrow();
  });

  test.each([-1, 3, 0.5, NaN])('label %d of three classes', (label) => {
    expect(() => checkLabelled('here', [0, label], { classes: 3 })).toThrow(
      code('label-out-of-range', /in row 1; expected a whole number from 0 to 2/),
    );
  });

  test('one class where several are wanted', () => {
    const check = (labels: (number | undefined)[]) => () =>
      checkLabelled('here', labels, { classes: 3, several: true });
    expect(check([2, 2, undefined])).toThrow(code('one-class', /only label 2/));
    expect(check([undefined])).toThrow(code('one-class', /no labelled row/));
    expect(check([2, 1])).not.toThrow();
    expect(() => checkLabelled('here', [2, 2], { classes: 3 })).not.toThrow();
  });

  test.each([NaN, Infinity, -Infinity])('%d among numbers', (bad) => {
    expect(() => checkFinite('here', [0, bad], 'logits')).toThrow(
      code('non-finite-data', /at place 1 in the logits/),
    );
    expect(() => checkFinite('here', [0, 1], 'logits')).not.toThrow();
  });
});
