import { fc, test } from '@fast-check/vitest';
import { jaccard, shingles, similarityIndex } from '@limbeck/data';
import { describe, expect } from 'vitest';

/** Few different elements, so that sets are often near each other. */
const sets = fc
  .array(fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }), { maxLength: 25 })
  .map((all) => all.map((set) => Uint32Array.from(set).sort()));
const thresholds = fc.constantFrom(0.2, 0.5, 0.6, 0.75, 0.8, 0.9, 1);

/** Jaccard by JavaScript's own sets. */
function plainJaccard(a: Uint32Array, b: Uint32Array): number {
  const all = new Set([...a, ...b]);
  return all.size === 0 ? 0 : [...a].filter((value) => b.includes(value)).length / all.size;
}

describe('shingles', () => {
  test('do not depend on spacing', () => {
    expect(shingles('int a=b;\n  return c;')).toEqual(shingles(' int  a = b ; return c ;'));
    expect(shingles('int ab = c')).not.toEqual(shingles('int a b = c'));
  });

  test('are as many as runs of tokens, each once', () => {
    expect(shingles('a b c d')).toHaveLength(2);
    expect(shingles('a b c a b c')).toHaveLength(3);
    expect(shingles('a')).toHaveLength(1);
    expect(shingles(' \n')).toHaveLength(0);
    expect(shingles('a b c d', { size: 1 })).toHaveLength(4);
  });

  test('know short texts from the beginnings of long ones', () => {
    expect(jaccard(shingles('a b'), shingles('a b c'))).toBe(0);
  });

  test.prop([fc.string()])('are sorted', (text) => {
    const set = [...shingles(text)];
    expect(set).toEqual([...new Set(set)].sort((a, b) => a - b));
  });

  test('refuse a size of none', () => {
    expect(() => shingles('a', { size: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('jaccard', () => {
  test('is shared over all', () => {
    expect(jaccard(Uint32Array.of(1, 2, 3), Uint32Array.of(2, 3, 4))).toBe(0.5);
    expect(jaccard(new Uint32Array(0), new Uint32Array(0))).toBe(0);
  });
});

describe('similarityIndex', () => {
  test.prop([sets, thresholds])('finds what comparing all with all finds', (all, threshold) => {
    const index = similarityIndex(all, { threshold });
    for (const query of all) {
      const expected = all
        .map((set, at) => ({ index: at, similarity: plainJaccard(query, set) }))
        .filter(({ similarity }) => similarity >= threshold);
      const found = index.near(query);
      expect(found.map((near) => near.index)).toEqual(expected.map((near) => near.index));
      found.forEach((near, i) => expect(near.similarity).toBeCloseTo(expected[i]!.similarity, 12));
      expect(index.some(query)).toBe(expected.length > 0);
    }
  });

  test('finds a set it does not hold', () => {
    const index = similarityIndex([Uint32Array.of(1, 2, 3, 4, 5)], { threshold: 0.8 });
    expect(index.near(Uint32Array.of(1, 2, 3, 4, 6))).toEqual([]);
    expect(index.near(Uint32Array.of(1, 2, 3, 4))).toEqual([{ index: 0, similarity: 0.8 }]);
  });

  test.each([0, -1, 1.1, NaN])('refuses the threshold %d', (threshold) => {
    expect(() => similarityIndex([], { threshold })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
