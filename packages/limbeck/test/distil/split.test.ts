import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { clusterOf, fractionsFor, splitClusters } from '../../src/distil/split.js';

const example = (text: string, at: number, group?: string) =>
  ({ at, text, origin: 'data', label: 0, ...(group === undefined ? {} : { group }) }) as const;

describe('clusterOf', () => {
  test('joins near texts and groups, over several steps', () => {
    const long = 'a b c d e f g h i j k l m n o p q r s t u v w x y z';
    const { cluster, near } = clusterOf([
      example(long, 0),
      example(`${long} !`, 1, 'g'),
      example('something else altogether', 2, 'g'),
      example('and nothing to do with it', 3),
    ]);
    expect(new Set([cluster[0], cluster[1], cluster[2]]).size).toBe(1);
    expect(cluster[3]).not.toBe(cluster[0]);
    expect(near).toBe(1);
  });

  test('joins equal texts without a word', () => {
    const { cluster } = clusterOf([example('!!!', 0), example('!!!', 1)]);
    expect(cluster[0]).toBe(cluster[1]);
  });
});

describe('splitClusters', () => {
  test.prop([
    fc.array(fc.record({ label: fc.nat(3), cluster: fc.nat(40) }), {
      minLength: 30,
      maxLength: 200,
    }),
    fc.nat(1000),
  ])('never parts a cluster', (rows, seed) => {
    const clusters = rows.map(({ cluster }) => cluster);
    const sides = splitClusters(
      rows.map(({ label }) => label),
      clusters,
      [0.7, 0.15, 0.15],
      seed,
    );
    const sideOf = new Map<number, number>();
    clusters.forEach((cluster, row) => {
      expect(sideOf.get(cluster) ?? sides[row]).toBe(sides[row]);
      sideOf.set(cluster, sides[row]!);
    });
  });

  test.prop([fc.integer({ min: 1, max: 4 }), fc.nat(1000)])(
    'gives each part its share of every label, to the row, where clusters are single rows',
    (labels, seed) => {
      const rows = Array.from({ length: 400 }, (_, i) => i % labels);
      const sides = splitClusters(rows, [...rows.keys()], [0.7, 0.15, 0.15], seed);
      for (let label = 0; label < labels; label++) {
        const own = rows.flatMap((its, i) => (its === label ? [sides[i]!] : []));
        [0.7, 0.15, 0.15].forEach((share, part) => {
          const count = own.filter((side) => side === part).length;
          expect(Math.abs(count - share * own.length)).toBeLessThanOrEqual(1);
        });
      }
    },
  );

  test('draws otherwise with another seed, and the same with the same', () => {
    const rows = Array.from({ length: 100 }, (_, i) => i % 2);
    const split = (seed: number) => splitClusters(rows, [...rows.keys()], [0.5, 0.5], seed);
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });
});

test('fractionsFor adds up to 1 and leaves more to small held-out parts', () => {
  for (const rows of [50, 1000, 50_000]) {
    const sum = Object.values(fractionsFor(rows)).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1, 12);
  }
  expect(fractionsFor(100)['test']).toBeGreaterThan(fractionsFor(50_000)['test']!);
});
