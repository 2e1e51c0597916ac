import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { placeLabels } from '../src/charts/place-labels.js';

const point = (name: string, px: number, py: number, ours = false) => ({ name, px, py, ours });

describe('placeLabels', () => {
  test('puts a name to the right, and to the left at the right edge', () => {
    expect(placeLabels([point('alone', 50, 50)], 300, 200)).toMatchObject([
      { align: 'left', x: 59, y: 50 },
    ]);
    expect(placeLabels([point('at the edge', 298, 50)], 300, 200)).toMatchObject([
      { align: 'right', x: 289, y: 50 },
    ]);
  });

  test('keeps two names at one place apart, ours first', () => {
    const [first, second] = placeLabels(
      [point('theirs', 100, 100), point('ours', 100, 100, true)],
      300,
      200,
    );
    expect(first).toMatchObject({ name: 'ours', align: 'left' });
    expect([first!.x, first!.y]).not.toEqual([second!.x, second!.y]);
  });

  test.prop([
    fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 200 })), {
      maxLength: 12,
    }),
  ])('places every name once, near its point', (places) => {
    const points = places.map(([x, y], i) => point(`system ${i}`, x, y));
    const labels = placeLabels(points, 300, 200);
    expect(labels.map(({ name }) => name).sort()).toEqual(points.map(({ name }) => name).sort());
    for (const { name, x, y } of labels) {
      const own = points.find((p) => p.name === name)!;
      expect(Math.abs(own.px - x)).toBeLessThan(10);
      expect(Math.abs(own.py - y)).toBeLessThan(30);
    }
  });
});
