import { describe, expect, test } from 'vitest';
import {
  bytes,
  count,
  dollars,
  milliseconds,
  moment,
  percent,
  range,
  seconds,
} from '../src/format.js';

describe('numbers for people', () => {
  test.each([
    [percent(0.8234), '82.3%'],
    [percent(1, 0), '100%'],
    [range({ low: 0.8, high: 0.8251 }), '80.0 to 82.5'],
    [count(1_234_567), '1,234,567'],
    [bytes(0), '0 B'],
    [bytes(912), '912 B'],
    [bytes(999), '999 B'],
    [bytes(103_400), '103 kB'],
    [bytes(999_900), '1 MB'],
    [bytes(23_068_672), '23.1 MB'],
    [milliseconds(0.071), '0.071 ms'],
    [milliseconds(0.14249), '0.142 ms'],
    [milliseconds(148.2), '148 ms'],
    [milliseconds(0), '0 ms'],
    [seconds(0.44), '0.4 s'],
    [seconds(59.4), '59 s'],
    [seconds(59.6), '1 min 00 s'],
    [seconds(216), '3 min 36 s'],
    [dollars(0), 'free'],
    [dollars(0.0042), '$0.0042'],
    [dollars(12.5), '$12.50'],
    [moment('2026-11-25T15:04:00.000Z'), '25 November 2026, 15:04 UTC'],
    [moment('yesterday'), 'yesterday'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});
