import { fc, test } from '@fast-check/vitest';
import { groupSplit } from '@limbeck/data';
import { describe, expect } from 'vitest';

interface Row {
  readonly group: string;
  readonly label: string;
}

const rowsOf = fc.array(
  fc.record({
    group: fc.constantFrom(...'abcdefghij'.split('')),
    label: fc.constantFrom('x', 'y', 'z'),
  }),
  { minLength: 1, maxLength: 80 },
);
const group = (row: Row): string => row.group;
const label = (row: Row): string => row.label;
const fractions = { train: 0.7, test: 0.3 };
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('groupSplit', () => {
  test.prop([rowsOf.filter((rows) => new Set(rows.map(group)).size > 1), fc.nat()])(
    'puts every row on one side, and every group whole',
    (rows, seed) => {
      const { parts, groups } = groupSplit(rows, { group, label, fractions, seed });
      expect(parts.train.length + parts.test.length).toBe(rows.length);
      expect(parts.test.length).toBeGreaterThan(0);
      const train = new Set(parts.train.map(group));
      expect(parts.test.filter((row) => train.has(row.group))).toEqual([]);
      expect(new Set([...groups.train, ...groups.test])).toEqual(new Set(rows.map(group)));
    },
  );

  test('gives every part groups of every label where that is possible', () => {
    // Label y stands in two groups alone, among thirty: by chance they would often fall on one side.
    const rows = Array.from({ length: 30 }, (_, i) => [
      { group: `g${i}`, label: 'x' },
      { group: `g${i}`, label: i < 2 ? 'y' : 'x' },
    ]).flat();
    for (let seed = 0; seed < 10; seed++) {
      const { parts, shortfalls } = groupSplit(rows, { group, label, fractions, seed });
      expect(shortfalls).toEqual([]);
      expect(parts.test.filter((row) => row.label === 'y')).toHaveLength(1);
    }
  });

  test('nears the fractions of every label', () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 5 + ((i * 7) % 11) }, () => ({
        group: `g${i}`,
        label: i % 2 ? 'x' : 'y',
      })),
    ).flat();
    const { parts } = groupSplit(rows, { group, label, fractions });
    for (const name of ['x', 'y']) {
      const count = (of: readonly Row[]): number => of.filter((row) => row.label === name).length;
      expect(count(parts.test) / count(rows)).toBeCloseTo(0.3, 1);
    }
  });

  test('reaches the least rows before the fractions', () => {
    const rows = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: 10 }, () => ({ group: `g${i}`, label: 'x' })),
    ).flat();
    const { parts } = groupSplit(rows, { group, label, fractions, least: { test: { rows: 120 } } });
    expect(parts.test).toHaveLength(120);
  });

  test('says what could not be had', () => {
    const rows = [
      { group: 'a', label: 'x' },
      { group: 'a', label: 'y' },
      { group: 'b', label: 'x' },
    ];
    const { parts, shortfalls } = groupSplit(rows, {
      group,
      label,
      fractions,
      least: { test: { rows: 5 } },
    });
    const without = parts.test.some((row) => row.group === 'a') ? 'train' : 'test';
    expect(shortfalls).toContainEqual({
      label: 'y',
      part: without,
      of: 'groups',
      having: 0,
      wanted: 1,
    });
    expect(shortfalls).toContainEqual(
      expect.objectContaining({ label: 'x', of: 'rows', wanted: 5 }),
    );
  });

  test('does not count a group of too few rows', () => {
    const rows = 'aaabbbc'.split('').map((name) => ({ group: name, label: 'x' }));
    const { groups, shortfalls } = groupSplit(rows, { group, label, fractions, groupRows: 2 });
    expect(shortfalls).toEqual([]);
    expect(groups.test).not.toEqual(['c']);
  });

  test('is the same for the same seed, and another for another', () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ group: `g${i % 30}`, label: 'x' }));
    const split = (seed: number) => groupSplit(rows, { group, label, fractions, seed }).groups.test;
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });

  test('refuses what cannot be split', () => {
    expect(() => groupSplit<Row, 'train' | 'test'>([], { group, fractions })).toThrow(
      code('empty-data'),
    );
    expect(() => groupSplit([{ group: 'a', label: 'x' }], { group, fractions })).toThrow(
      code('invalid-data'),
    );
    const rows = 'ab'.split('').map((name) => ({ group: name, label: 'x' }));
    for (const wrong of [
      { a: 0.5, b: 0.4 },
      { a: 0, b: 1 },
    ]) {
      expect(() => groupSplit(rows, { group, fractions: wrong })).toThrow(code('invalid-option'));
    }
  });
});
