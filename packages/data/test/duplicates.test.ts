import { fc, test } from '@fast-check/vitest';
import {
  clusters,
  exactDuplicates,
  findLeaks,
  jaccard,
  nearDuplicates,
  separateDuplicates,
  shingles,
} from '@limbeck/data';
import { describe, expect } from 'vitest';

const texts = fc.array(
  fc
    .array(fc.constantFrom('a', 'b', 'c', '{', '}', ';'), { maxLength: 6 })
    .map((words) => words.join(' ')),
  { maxLength: 20 },
);

describe('exactDuplicates', () => {
  test('groups texts that differ in spacing alone', () => {
    expect(exactDuplicates(['a b', 'c', 'a  b\n', 'c ', 'd'])).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test('takes another idea of the same', () => {
    expect(exactDuplicates(['A', 'a'], (text) => text.toLowerCase())).toEqual([[0, 1]]);
  });
});

describe('nearDuplicates', () => {
  test.prop([texts, fc.constantFrom(0.3, 0.6, 0.8)])(
    'finds every pair and no other',
    (all, threshold) => {
      const expected: string[] = [];
      for (let i = 0; i < all.length; i++) {
        for (let j = i + 1; j < all.length; j++) {
          if (jaccard(shingles(all[i]!), shingles(all[j]!)) >= threshold)
            expected.push(`${i} ${j}`);
        }
      }
      expect(
        nearDuplicates(all, { threshold }).map(({ first, second }) => `${first} ${second}`),
      ).toEqual(expected);
    },
  );

  test('sees one changed word in many', () => {
    const long = Array.from({ length: 40 }, (_, i) => `word${i}`);
    const changed = long.with(20, 'other').join(' ');
    // 38 shingles each, of which the changed word takes 3: 35 shared of 41.
    expect(nearDuplicates([long.join(' '), changed])).toEqual([
      { first: 0, second: 1, similarity: 35 / 41 },
    ]);
  });
});

describe('clusters', () => {
  test('joins pairs that hang together', () => {
    const pairs = [
      { first: 5, second: 7 },
      { first: 1, second: 2 },
      { first: 2, second: 7 },
      { first: 3, second: 4 },
    ];
    expect(clusters(pairs)).toEqual([
      [1, 2, 5, 7],
      [3, 4],
    ]);
    expect(clusters([])).toEqual([]);
  });
});

describe('findLeaks', () => {
  test('names each text once, exact before near', () => {
    const words = 'one two three four five six seven eight nine ten eleven twelve';
    const leaks = findLeaks(['x y z', `${words} thirteen`, ' a  b'], ['a b', words]);
    expect(leaks).toEqual([
      { first: 1, second: 1, exact: false, similarity: 10 / 11 },
      { first: 2, second: 0, exact: true, similarity: 1 },
    ]);
  });
});

describe('separateDuplicates', () => {
  const text = (row: string): string => row;

  test.prop([texts, texts, texts])(
    'leaves no leak and loses nothing else',
    (train, validation, held) => {
      const order = ['held', 'validation', 'train'] as const;
      const { parts, report } = separateDuplicates({ train, validation, held }, { order, text });
      expect(parts.held).toEqual(held);
      expect(findLeaks(parts.validation, parts.held)).toEqual([]);
      expect(findLeaks(parts.train, [...parts.held, ...parts.validation])).toEqual([]);
      const dropped = report.dropped.train;
      expect(parts.train.length + dropped.exact + dropped.near).toBe(train.length);
    },
  );

  test('wants every part named once', () => {
    const call = (order: ('a' | 'b')[]) => () =>
      separateDuplicates({ a: [''], b: [''] }, { order, text });
    expect(call(['a'])).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(call(['a', 'a'])).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
