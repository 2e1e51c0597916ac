import { fc, test } from '@fast-check/vitest';
import {
  checkLeakage,
  clusters,
  findLeaks,
  leakage,
  nearDuplicates,
  splitRows,
  squeeze,
  stratifiedSplit,
  tieRows,
  timeSplit,
} from '@limbeck/data';
import { describe, expect } from 'vitest';

const code = (expected: string) => expect.objectContaining({ code: expected });
const self = (row: string): string => row;

describe('stratifiedSplit', () => {
  const shares = fc.constantFrom<{ [part: string]: number }>(
    { train: 0.8, test: 0.2 },
    { train: 0.7, validation: 0.1, test: 0.2 },
    { a: 0.97, b: 0.01, c: 0.02 },
  );

  test.prop([
    fc.array(fc.constantFrom('x', 'x', 'x', 'y', 'z'), { minLength: 3, maxLength: 200 }),
    shares,
    fc.nat(),
  ])('gives every part its share of every label', (rows, fractions, seed) => {
    const { parts, shortfalls } = stratifiedSplit(rows, { label: self, fractions, seed });
    expect(Object.values(parts).flat().sort()).toEqual([...rows].sort());
    const count = (of: readonly string[], label: string) =>
      of.filter((row) => row === label).length;
    for (const [part, share] of Object.entries(fractions)) {
      const its = parts[part]!;
      for (const label of new Set(rows)) {
        const n = count(rows, label);
        const enough = n >= Object.keys(fractions).length;
        if (enough) expect(count(its, label)).toBeGreaterThan(0);
        // One row for a part whose share is less may come from another part.
        expect(Math.abs(count(its, label) - share * n)).toBeLessThan(enough ? 2 : 1);
        const lacks = shortfalls.some((each) => each.part === part && each.label === label);
        expect(lacks).toBe(count(its, label) === 0);
      }
    }
  });

  test('does not let many small labels add up to a wrong size', () => {
    const rows = Array.from({ length: 900 }, (_, i) => i % 300);
    const { parts } = stratifiedSplit(rows, {
      label: (row) => row,
      fractions: { train: 0.5, test: 0.5 },
    });
    expect(Math.abs(parts.train.length - 450)).toBeLessThanOrEqual(1);
  });

  test('is the same for the same seed, another for another, and keeps the order of rows', () => {
    const rows = Array.from({ length: 100 }, (_, i) => i);
    const split = (seed: number) =>
      stratifiedSplit(rows, { fractions: { train: 0.9, test: 0.1 }, seed }).parts.test;
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
    expect(split(1)).toEqual([...split(1)].sort((a, b) => a - b));
  });

  test('refuses no rows, fewer rows than parts, and fractions that are none', () => {
    const fractions = { train: 0.5, test: 0.5 };
    expect(() => stratifiedSplit([], { fractions })).toThrow(code('empty-data'));
    expect(() => stratifiedSplit([1], { fractions })).toThrow(code('invalid-data'));
    expect(() => stratifiedSplit([1, 2], { fractions: { train: 1, test: 0 } })).toThrow(
      code('invalid-option'),
    );
  });
});

describe('timeSplit', () => {
  const times = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 60 });

  test.prop([times])('lets no row be as new as what comes after', (rows) => {
    fc.pre(new Set(rows).size >= 3);
    const order = ['train', 'validation', 'test'] as const;
    const fractions = { train: 0.6, validation: 0.2, test: 0.2 };
    const { parts, cuts } = timeSplit(rows, { time: (row) => row, order, fractions });
    expect(Object.values(parts).flat()).toHaveLength(rows.length);
    expect(Math.max(...parts.train)).toBeLessThan(cuts[0]!);
    expect(Math.min(...parts.validation)).toBe(cuts[0]);
    expect(Math.max(...parts.validation)).toBeLessThan(cuts[1]!);
    expect(Math.min(...parts.test)).toBe(cuts[1]);
  });

  test('nears the fractions', () => {
    const rows = Array.from({ length: 100 }, (_, i) => new Date(2026, 0, 1 + ((i * 37) % 100)));
    const fractions = { train: 0.75, test: 0.25 };
    const { parts } = timeSplit(rows, { time: (row) => row, order: ['train', 'test'], fractions });
    expect(parts.train).toHaveLength(75);
    expect(parts.train.every((row) => row < parts.test[0]! || row < new Date(2026, 2, 17))).toBe(
      true,
    );
  });

  test('cuts at dates, which belong to what they begin', () => {
    const rows = ['2026-01-01', '2026-03-01T00:00:00Z', '2025-12-31', '2026-03-02'];
    const { parts } = timeSplit(rows, {
      time: self,
      order: ['train', 'test'],
      cuts: [new Date('2026-03-01')],
    });
    expect(parts).toEqual({
      train: ['2026-01-01', '2025-12-31'],
      test: ['2026-03-01T00:00:00Z', '2026-03-02'],
    });
  });

  test('sends a group where its newest row goes', () => {
    const rows = [1, 2, 3, 4, 5, 6].map((time) => ({ time, group: time === 2 ? '6' : `${time}` }));
    const { parts } = timeSplit(rows, {
      time: (row) => row.time,
      group: (row) => row.group,
      order: ['train', 'test'],
      cuts: [5],
    });
    expect(parts.train.map((row) => row.time)).toEqual([1, 3, 4]);
    expect(parts.test.map((row) => row.time)).toEqual([2, 5, 6]);
  });

  test('refuses times that are none, empty parts, and cuts that do not fit', () => {
    const order = ['train', 'test'] as const;
    const time = (row: string | number) => row;
    const call = (rows: (string | number)[], cuts: (string | number)[]) => () =>
      timeSplit(rows, { time, order, cuts });
    expect(call([], [1])).toThrow(code('empty-data'));
    expect(call([1, 2], [5])).toThrow(code('empty-data'));
    expect(call(['2026-01-01', 'soon'], ['2026-01-01'])).toThrow(
      expect.objectContaining({ code: 'invalid-data', given: expect.stringContaining('row 1') }),
    );
    expect(call([1, 2], [])).toThrow(code('invalid-option'));
    expect(call([1, 2], [2, 1])).toThrow(code('invalid-option'));
    expect(() => timeSplit([1, 1], { time, order, fractions: { train: 0.5, test: 0.5 } })).toThrow(
      code('invalid-data'),
    );
  });
});

describe('tieRows', () => {
  const words = (from: number, length = 30) =>
    Array.from({ length }, (_, i) => `word${from + i}`).join(' ');

  test('ties the same, the near and what is of one group, by way of others too', () => {
    const near = words(0).replace('word12', 'other');
    const rows = [
      { text: words(0), group: 'a' },
      { text: words(500), group: 'b' },
      { text: near, group: 'c' },
      { text: words(900), group: 'b' },
      { text: words(500).replaceAll(' ', '  '), group: 'c' },
      { text: words(2000), group: 'd' },
    ];
    const tied = tieRows(rows, { text: (row) => row.text, group: (row) => row.group });
    expect([...tied.ties]).toEqual([0, 0, 0, 0, 0, 5]);
    expect(tied).toMatchObject({ exact: 1, near: 1, sets: 2 });
    expect([...tieRows(rows, { text: (row) => row.text }).ties]).toEqual([0, 1, 0, 3, 1, 5]);
    expect([...tieRows(rows, {}).ties]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('finds every near pair, and never a false one', () => {
    // 200 texts of 40 words, each with a copy in which 2 words differ: near at 0.8 where these stand together or at an end.
    const rows = Array.from({ length: 200 }, (_, i) => {
      const text = words(i * 100, 40);
      return [text, text.replace(`word${i * 100 + (i % 39)} word${i * 100 + (i % 39) + 1}`, 'x y')];
    }).flat();
    const expected = findLeaks(
      rows.filter((_, i) => i % 2 === 1),
      rows.filter((_, i) => i % 2 === 0),
    );
    const { near, ties } = tieRows(rows, { text: self });
    expect(expected.length).toBeGreaterThan(150);
    expect(near).toBe(expected.length);
    ties.forEach((first, i) => expect(first === i || first === i - 1).toBe(true));
  });

  test.prop([
    fc.array(
      fc
        .array(fc.constantFrom('a', 'b', 'c', '{', '}'), { maxLength: 7 })
        .map((its) => its.join(' ')),
      { maxLength: 30 },
    ),
    fc.constantFrom(0.3, 0.6, 0.8),
  ])('ties what the clusters of all near pairs tie', (rows, threshold) => {
    const groups = clusters(nearDuplicates(rows, { threshold }));
    const expected = rows.map((row, i) => {
      const first = rows.findIndex((other) => squeeze(other) === squeeze(row));
      return groups.find((group) => group.includes(i))?.[0] ?? first;
    });
    expect([...tieRows(rows, { text: self, threshold }).ties]).toEqual(expected);
  });

  test('takes a time that grows with texts, not with pairs, where all are alike', () => {
    const text = words(0, 30);
    const rows = Array.from({ length: 5000 }, (_, i) => `${text} number ${i}`);
    expect(tieRows(rows, { text: self })).toMatchObject({ exact: 0, near: 4999, sets: 1 });
  });

  test.each([0, -1, 1.5, NaN])('refuses the threshold %d', (threshold) => {
    expect(() => tieRows([''], { text: self, threshold })).toThrow(code('invalid-option'));
  });
});

describe('leakage', () => {
  const train = [
    { text: 'buy this now', label: 'spam', author: 'a' },
    { text: 'one two three four five six seven eight nine ten', label: 'ham', author: 'b' },
    { text: 'good night', label: 'ham', author: 'c' },
  ];
  const test_ = [
    { text: 'buy  this now', label: 'ham', author: 'd' },
    { text: 'one two three four five six seven eight nine ten eleven', label: 'ham', author: 'e' },
    { text: 'hello', label: 'ham', author: 'c' },
  ];
  const text = (row: { text: string }) => row.text;
  const group = (row: { author: string }) => row.author;
  const label = (row: { label: string }) => row.label;

  test('counts the same, the near, the groups, and labels that contradict', () => {
    expect(leakage(train, test_, { text, group, label })).toMatchObject({
      rows: 3,
      leaking: 3,
      share: 1,
      exact: 1,
      near: 1,
      contradicting: 1,
      groups: ['c'],
    });
    expect(leakage(train, test_, { group })).toMatchObject({ leaking: 1, exact: 0, leaks: [] });
    expect(leakage([], test_, { text })).toMatchObject({ share: 0, leaking: 0 });
  });

  test('is an error where it must not be', () => {
    const call = (options: object) => () =>
      checkLeakage('test', { train, test: test_ }, options as { text: typeof text });
    expect(call({ text })).toThrow(code('split-leak'));
    expect(call({ text })).toThrow('row 0 of train and row 0 of test');
    expect(call({ group })).toThrow(code('split-leak'));
    expect(call({ text: label, group })).toThrow(code('split-leak'));
    expect(call({})).toThrow(code('invalid-option'));
    expect(() =>
      checkLeakage('test', { train: train.slice(2), test: test_ }, { text }),
    ).not.toThrow();
  });
});

describe('splitRows', () => {
  const some = fc.array(
    fc.record({
      text: fc
        .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 5 })
        .map((words) => words.join(' ')),
      label: fc.constantFrom('x', 'y'),
      author: fc.constantFrom(...'abcdefghijklmnop'.split('')),
      time: fc.integer({ min: 0, max: 50 }),
    }),
    { minLength: 20, maxLength: 60 },
  );
  const fractions = { train: 0.5, test: 0.5 };
  const text = (row: { text: string }) => row.text;
  const group = (row: { author: string }) => row.author;
  const label = (row: { label: string }) => row.label;
  const time = (row: { time: number }) => row.time;

  test.prop([some, fc.boolean(), fc.boolean(), fc.boolean()])(
    'never lets duplicates or groups stand on both sides',
    (rows, byGroup, byTime, byLabel) => {
      const options = {
        fractions,
        text,
        ...(byGroup ? { group } : {}),
        ...(byTime ? { time } : {}),
        ...(byLabel ? { label } : {}),
      };
      let parts;
      try {
        parts = splitRows(rows, options).parts;
      } catch (error) {
        // Where all rows hang together they cannot be split, and few sets may leave a side with one label.
        expect((error as { code: string }).code).toMatch(/^(?:invalid-data|one-class)$/);
        return;
      }
      expect(parts.train.length + parts.test.length).toBe(rows.length);
      expect(() => checkLeakage('test', parts, byGroup ? { text, group } : { text })).not.toThrow();
      if (byTime) {
        const newest = Math.max(...parts.train.map(time));
        expect(Math.max(...parts.test.map(time))).toBeGreaterThan(newest);
      }
    },
  );

  test('keeps labels in proportion where rows are tied', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      text: `text number ${i % 2900} of all`,
      label: i % 3 === 0 ? 'x' : 'y',
    }));
    const { parts, exact } = splitRows(rows, { fractions: { train: 0.8, test: 0.2 }, text, label });
    expect(exact).toBe(100);
    const share = parts.test.filter((row) => row.label === 'x').length / parts.test.length;
    expect(share).toBeCloseTo(1 / 3, 2);
    expect(parts.test.length / rows.length).toBeCloseTo(0.2, 2);
  });

  test('refuses no rows, one class, and says what a part lacks', () => {
    expect(() => splitRows([], { fractions })).toThrow(code('empty-data'));
    const same = ['a', 'b', 'c'].map((each) => ({ text: each, label: 'x' }));
    expect(() => splitRows(same, { fractions, label })).toThrow(code('one-class'));
    const rows = ['x', 'x', 'x', 'y', 'y', 'y', 'z'].map((each) => ({ text: '', label: each }));
    const { shortfalls } = splitRows(rows, { fractions, label });
    expect(shortfalls).toEqual([expect.objectContaining({ label: 'z', having: 0, wanted: 1 })]);
  });
});
