import { fc, test } from '@fast-check/vitest';
import {
  kendall,
  meanAbsoluteError,
  pearson,
  rootMeanSquaredError,
  rSquared,
  spearman,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/classification.json' with { type: 'json' };
import { measure } from './support.js';

describe('predicted numbers', () => {
  test.each(golden.numbers)('agree with SciPy and scikit-learn, ties included', (expected) => {
    const { predictions, references } = expected;
    const close = { mae: meanAbsoluteError(), rmse: rootMeanSquaredError(), r2: rSquared() };
    const correlations = { pearson: pearson(), spearman: spearman(), kendall: kendall() };
    for (const [name, metric] of Object.entries({ ...close, ...correlations })) {
      const value = expected[name as keyof typeof correlations];
      expect(measure(metric, predictions, references), name).toBeCloseTo(value, 10);
      expect(metric.name).toBe(name);
    }
  });

  test('far from 0 keep their digits', () => {
    const references = [1, 2, 3, 4].map((y) => y + 1e9);
    const predictions = [1, 2, 3, 5].map((y) => y + 1e9);
    expect(measure(rSquared(), predictions, references)).toBeCloseTo(0.8, 9);
    expect(measure(pearson(), predictions, references)).toBeCloseTo(0.982707629, 6);
  });

  test("by the references' mean explain nothing", () => {
    expect(measure(rSquared(), [2, 2, 2], [1, 2, 3])).toBeCloseTo(0, 12);
  });

  const pairs = fc.array(
    fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
    {
      minLength: 2,
      maxLength: 30,
    },
  );
  test.prop([pairs])('keep the laws of correlation', (given) => {
    const [x, y] = [given.map(([a]) => a), given.map(([, b]) => b)];
    fc.pre(new Set(x).size > 1 && new Set(y).size > 1);
    for (const metric of [pearson(), spearman(), kendall()]) {
      const value = measure(metric, x, y);
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
      expect(measure(metric, y, x)).toBeCloseTo(value, 12);
      const flipped = x.map((a) => -a);
      expect(measure(metric, flipped, y)).toBeCloseTo(-value, 12);
      expect(measure(metric, x, x)).toBeCloseTo(1, 12);
    }
    // A growing map leaves ranks alone.
    const cubes = x.map((a) => a ** 3);
    expect(measure(spearman(), cubes, y)).toBe(measure(spearman(), x, y));
    expect(measure(kendall(), cubes, y)).toBe(measure(kendall(), x, y));
    // Twice the same items are the same.
    const twice = Uint32Array.from([...x.keys(), ...x.keys()]);
    const rows = pearson().rows(x, y);
    expect(pearson().value(rows, twice)).toBeCloseTo(pearson().value(rows), 12);
  });

  test.each([
    ['equal predictions', 'undefined-metric', () => measure(pearson(), [0.1, 0.1, 0.1], [1, 2, 3])],
    ['equal references', 'undefined-metric', () => measure(rSquared(), [1, 2, 3], [0.1, 0.1, 0.1])],
    ['equal ranks', 'undefined-metric', () => measure(kendall(), [2, 2], [1, 2])],
    ['a single item', 'undefined-metric', () => measure(spearman(), [2], [1])],
    ['infinity', 'non-finite-data', () => measure(meanAbsoluteError(), [Infinity], [1])],
    [
      'numbers whose squares overflow',
      'non-finite-data',
      () => measure(rootMeanSquaredError(), [1e200], [-1e200]),
    ],
    ['no items', 'empty-data', () => measure(rootMeanSquaredError(), [], [])],
    ['a number too few', 'shape-mismatch', () => measure(pearson(), [1], [1, 2])],
  ])('are refused with %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
