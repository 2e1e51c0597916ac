import { fc, test } from '@fast-check/vitest';
import { event, type Event } from '@limbeck/core';
import { describe, expect } from 'vitest';
import { History } from '../../../src/node/live/history.js';

const kinds = fc.array(
  fc.constantFrom('train/step', 'pipeline/started', 'sample/predictions', 'train/evaluated'),
  { maxLength: 300 },
);

/** An event with a number to know it by. */
function numbered(kind: string, n: number): Event {
  return event(kind, { n });
}

describe('History', () => {
  test('gives back what came after an id', () => {
    const history = new History();
    for (let n = 1; n <= 5; n += 1) history.add(numbered('train/step', n));
    expect(history.after(3).map(({ id, event: { n } }) => [id, n])).toEqual([
      [4, 4],
      [5, 5],
    ]);
    expect(history.after(0)).toHaveLength(5);
    expect(history.after(5)).toEqual([]);
    expect(history.after(99)).toEqual([]);
  });

  test.prop([kinds, fc.integer({ min: 2, max: 40 })])(
    'stays within its limit, in order, and always holds the latest',
    (all, limit) => {
      const history = new History(limit);
      all.forEach((kind, i) => {
        history.add(numbered(kind, i + 1));
        expect(history.size).toBeLessThanOrEqual(limit);
        expect(history.after(0).at(-1)!.id).toBe(i + 1);
      });
      const ids = history.after(0).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      for (const { id, event: what } of history.after(0)) expect(what['n']).toBe(id);
    },
  );

  test('thins what comes often, and keeps a curve from its beginning on', () => {
    const history = new History(100);
    history.add(numbered('pipeline/started', 1));
    for (let n = 2; n <= 2000; n += 1) history.add(numbered('train/step', n));
    const ids = history.after(0).map(({ id }) => id);
    expect(history.after(0)[0]!.event.kind).toBe('pipeline/started');
    expect(ids[1]).toBeLessThan(20);
    // No hole is larger than a fifth of the whole.
    expect(Math.max(...ids.slice(1).map((id, i) => id - ids[i]!))).toBeLessThan(400);
  });
});
