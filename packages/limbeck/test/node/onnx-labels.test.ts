import { expect, test } from 'vitest';
import { classesOf } from '../../src/node/onnx/labels.js';

const classes = (values: readonly unknown[], labels?: readonly string[]): number[] => [
  ...classesOf('test', values, labels),
];

test('finds classes by name or by number', () => {
  expect(classes(['ham', '1', 0], ['ham', 'spam'])).toEqual([0, 1, 0]);
  expect(classes(['7', 12])).toEqual([7, 12]);
});

test('takes names that are numbers as names alone', () => {
  const stars = ['1', '2', '3'];
  expect(classes(['1', 3, '2'], stars)).toEqual([0, 2, 1]);
  // As a number it would be the first class, which is called 1.
  expect(() => classes(['0'], stars)).toThrow(
    expect.objectContaining({
      code: 'label-out-of-range',
      given: '"0" in row 1',
      expected: 'one of 1, 2, 3',
    }),
  );
});

test.each([
  ['SPAM', ['ham', 'spam'], 'one of ham, spam, or its number'],
  [2, ['ham', 'spam'], 'one of ham, spam, or its number'],
  [-1, undefined, 'the number of a class'],
  [0.5, undefined, 'the number of a class'],
])('refuses %j where labels are %j', (value, labels, expected) => {
  expect(() => classes(['0', value].slice(1), labels)).toThrow(
    expect.objectContaining({
      code: 'label-out-of-range',
      expected: expect.stringContaining(expected) as string,
    }),
  );
});
