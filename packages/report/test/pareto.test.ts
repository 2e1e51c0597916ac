import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { paretoFront } from '../src/charts/pareto.js';

const points = fc.array(
  fc.record({ cost: fc.integer({ min: 1, max: 20 }), value: fc.integer({ min: 0, max: 20 }) }),
  { minLength: 1, maxLength: 30 },
);

test('the front of three systems', () => {
  const found = paretoFront([
    { name: 'large', cost: 9, value: 0.9 },
    { name: 'beaten', cost: 5, value: 0.7 },
    { name: 'small', cost: 1, value: 0.8 },
  ]);
  expect(found.map(({ name }) => name)).toEqual(['small', 'large']);
});

test.prop([points])('holds nothing that another point beats, and beats everything else', (all) => {
  const front = paretoFront(all);
  const beats = (a: (typeof all)[number], b: (typeof all)[number]): boolean =>
    a.cost <= b.cost && a.value >= b.value && (a.cost < b.cost || a.value > b.value);
  for (const one of front) expect(all.some((other) => beats(other, one))).toBe(false);
  for (const one of all) {
    const kept = front.some(({ cost, value }) => cost === one.cost && value === one.value);
    expect(kept || front.some((other) => beats(other, one))).toBe(true);
  }
});
