import { fc, test } from '@fast-check/vitest';
import { pairedT } from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/paired_t.json' with { type: 'json' };

const differences = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2 });

describe('pairedT', () => {
  test.each(golden.cases)('agrees with SciPy on $differences.length differences', (expected) => {
    const { t, p, degrees } = pairedT(expected.differences);
    expect(t).toBeCloseTo(expected.t, 9);
    expect(p).toBeCloseTo(expected.p, 12);
    expect(degrees).toBe(expected.differences.length - 1);
  });

  test('of one degree of freedom is the Cauchy distribution', () => {
    // t = 1.5 / √(0.5 / 2) = 3, and a Cauchy value lies beyond 3 with probability 1 − 2 atan(3) / π.
    expect(pairedT([1, 2]).p).toBeCloseTo(1 - (2 * Math.atan(3)) / Math.PI, 12);
  });

  test.prop([differences])(
    'changes its sign and no more when both systems change places',
    (some) => {
      const [one, other] = [pairedT(some), pairedT(some.map((value) => -value))];
      expect(other.t).toBeCloseTo(-one.t, 9);
      expect(other.p).toBeCloseTo(one.p, 9);
      expect(one.p).toBeGreaterThanOrEqual(0);
      expect(one.p).toBeLessThanOrEqual(1);
    },
  );

  test.each([
    ['none', [], 'empty-data'],
    ['an infinity', [1, Infinity], 'non-finite-data'],
    ['a single one', [1], 'undefined-metric'],
    ['equal ones', [0.1, 0.1, 0.1], 'undefined-metric'],
  ])('refuses %s', (_name, given, code) => {
    expect(() => pairedT(given)).toThrow(expect.objectContaining({ code }));
  });
});
