import { fc, test } from '@fast-check/vitest';
import {
  addDims,
  evaluateDim,
  floorDivideDim,
  multiplyDims,
  sameDim,
  subtractDims,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { canonicalDim, dimTerms } from '../src/dims.js';

/** An expression over a, b and c beside a function that computes it. */
interface Expression {
  readonly dim: number | string;
  readonly value: (names: ReadonlyMap<string, number>) => number;
}

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.nat(9).map((n): Expression => ({ dim: n, value: () => n })),
    fc
      .constantFrom('a', 'b', 'c')
      .map((name): Expression => ({ dim: name, value: (names) => names.get(name)! })),
    fc.tuple(tie('expression'), tie('expression')).map(([x, y]): Expression => ({
      dim: addDims(x.dim, y.dim),
      value: (names) => x.value(names) + y.value(names),
    })),
    fc.tuple(tie('expression'), tie('expression')).map(([x, y]): Expression => ({
      dim: subtractDims(x.dim, y.dim),
      value: (names) => x.value(names) - y.value(names),
    })),
    fc.tuple(tie('expression'), tie('expression')).map(([x, y]): Expression => ({
      dim: multiplyDims(x.dim, y.dim),
      value: (names) => x.value(names) * y.value(names),
    })),
    fc.tuple(tie('expression'), fc.integer({ min: 1, max: 6 })).map(([x, n]): Expression => ({
      dim: floorDivideDim(x.dim, n),
      value: (names) => Math.floor(x.value(names) / n),
    })),
  ),
}));
const bindings = fc
  .tuple(fc.nat(20), fc.nat(20), fc.nat(20))
  .map(([a, b, c]) => new Map(Object.entries({ a, b, c })));

describe('sizes', () => {
  test.prop([expression, bindings], { numRuns: 2000, seed: 1 })(
    'are worth what their arithmetic is worth',
    ({ dim, value }, names) => {
      expect(evaluateDim(dim, names) + 0).toBe(value(names) + 0);
    },
  );

  test.prop([expression], { numRuns: 500, seed: 2 })('are read back from their text', ({ dim }) => {
    expect(canonicalDim(dim)).toBe(dim);
    if (typeof dim === 'string') expect(canonicalDim(` ${dim} + 0`)).toBe(dim);
  });

  test.prop([expression, expression, expression], { numRuns: 500, seed: 3 })(
    'add and multiply in any order, and distribute',
    ({ dim: x }, { dim: y }, { dim: z }) => {
      expect(addDims(x, y)).toBe(addDims(y, x));
      expect(multiplyDims(x, y)).toBe(multiplyDims(y, x));
      expect(addDims(x, addDims(y, z))).toBe(addDims(addDims(x, y), z));
      expect(multiplyDims(x, addDims(y, z))).toBe(addDims(multiplyDims(x, y), multiplyDims(x, z)));
      expect(subtractDims(addDims(x, y), y)).toBe(canonicalDim(x));
    },
  );

  test.prop([expression, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })], {
    numRuns: 500,
    seed: 4,
  })('divide step by step as at once, and undo multiplication', ({ dim }, m, n) => {
    // Quotients of sums of quotients have no one text.
    fc.pre(!String(dim).includes('floor'));
    expect(floorDivideDim(multiplyDims(dim, n), n)).toBe(canonicalDim(dim));
    expect(floorDivideDim(floorDivideDim(dim, m), n)).toBe(floorDivideDim(dim, m * n));
  });

  test.prop([expression], { numRuns: 500, seed: 5 })(
    'never divide what can be negative term by term, since ONNX would cut off towards 0',
    ({ dim }) => {
      for (const { atoms } of dimTerms(dim)) {
        for (const atom of atoms) {
          if (typeof atom === 'string') continue;
          expect(dimTerms(atom.numerator).every(({ coefficient }) => coefficient > 0)).toBe(true);
        }
      }
    },
  );

  test('have the same text when they are the same', () => {
    expect(addDims('tokens', 'past', 2, 'tokens')).toBe('past+2*tokens+2');
    expect(sameDim('queries*candidates', 'candidates * queries')).toBe(true);
    expect(sameDim('floor((bytes-2)/4)+1', 'floor((bytes+2)/4)')).toBe(true);
    expect(sameDim('floor((2*n+2)/4)', 'floor((n+1)/2)')).toBe(true);
    expect(sameDim('n', 'm')).toBe(false);
    expect(subtractDims('n', 'n')).toBe(0);
  });

  test.each(['', 'a b', 'a+', 'a//2', 'floor(a/0)', 'floor(a/b)', '2.5', 'a-', '(a', 'é'])(
    'refuse the text "%s"',
    (text) => {
      expect(() => canonicalDim(text)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    },
  );

  test('refuse fractions, and names without a number', () => {
    expect(() => addDims(1.5, 'n')).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(() => floorDivideDim('n', 0)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    expect(() => evaluateDim('n+m', new Map([['n', 1]]))).toThrow(
      expect.objectContaining({ code: 'unknown-name', given: 'the size "m"' }),
    );
  });
});
