import { event, type Event } from '@limbeck/core';
import { expect, test } from 'vitest';

test('an event carries its kind, the time and its fields', () => {
  const before = Date.now();
  const made: Event = event('train/step', { step: 3, loss: { total: 0.5 } });
  expect(made).toMatchObject({ kind: 'train/step', step: 3, loss: { total: 0.5 } });
  expect(made.atMs).toBeGreaterThanOrEqual(before);
  expect(made.atMs).toBeLessThanOrEqual(Date.now());
  expect(JSON.parse(JSON.stringify(made))).toEqual(made);
});

test('a field cannot pass for the kind or the time', () => {
  const made = event('train/step', { kind: 'other', atMs: 0 });
  expect(made.kind).toBe('train/step');
  expect(made.atMs).toBeGreaterThan(0);
});
