import { fc, test } from '@fast-check/vitest';
import { labelEfficiency } from '@limbeck/evaluators';
import { describe, expect } from 'vitest';

const curve = [
  { labels: 1000, accuracy: 0.5 },
  { labels: 10_000, accuracy: 0.7 },
  { labels: 100_000, accuracy: 0.8 },
];

describe('labelEfficiency', () => {
  test('interpolates on the logarithm of the labels', () => {
    // Half of the way from 0.5 to 0.7 is half of the way from 10^3 to 10^4 in logarithms.
    const found = labelEfficiency(curve, 0.6, 1000);
    expect(found.equivalentLabels).toBe(Math.round(10 ** 3.5));
    expect(found.sentence).toBe('1,000 labels and a teacher did the work of 3,162 labels.');
    expect(labelEfficiency(curve, 0.7, 1000).equivalentLabels).toBe(10_000);
    expect(labelEfficiency(curve, 0.8, 1000).equivalentLabels).toBe(100_000);
  });

  test('says so where all labels do not reach it', () => {
    expect(labelEfficiency(curve, 0.81, 2000)).toEqual({
      equivalentLabels: null,
      atMost: false,
      sentence: '2,000 labels and a teacher did the work of more than all 100,000 labels.',
    });
  });

  test('says so where the fewest labels reach it', () => {
    expect(labelEfficiency(curve, 0.4, 1000)).toEqual({
      equivalentLabels: 1000,
      atMost: true,
      sentence: '1,000 labels and a teacher did the work of at most 1,000 labels.',
    });
  });

  test('takes a dip for chance', () => {
    const dipped = [curve[0]!, { labels: 2000, accuracy: 0.4 }, curve[1]!];
    // From 0.5 at 2,000, the dip's labels, to 0.7 at 10,000.
    expect(labelEfficiency(dipped, 0.6, 10).equivalentLabels).toBe(
      Math.round(Math.sqrt(2000 * 10_000)),
    );
  });

  test.prop([
    fc.double({ min: 0, max: 0.8, noNaN: true }),
    fc.double({ min: 0, max: 0.8, noNaN: true }),
  ])('asks for more labels the better the student is, whatever the order of the points', (a, b) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    const few = labelEfficiency(curve, low, 1).equivalentLabels!;
    const many = labelEfficiency(curve.toReversed(), high, 1).equivalentLabels!;
    expect(few).toBeLessThanOrEqual(many);
  });

  test.each([
    ['one point', 'empty-data', () => labelEfficiency(curve.slice(1, 2), 0.5, 1)],
    [
      'no labels',
      'invalid-data',
      () => labelEfficiency([...curve, { labels: 0, accuracy: 0.1 }], 0.5, 1),
    ],
    [
      'percent',
      'invalid-data',
      () => labelEfficiency([...curve, { labels: 1, accuracy: 50 }], 0.5, 1),
    ],
    ['NaN', 'invalid-option', () => labelEfficiency(curve, NaN, 1)],
  ])('refuses %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
