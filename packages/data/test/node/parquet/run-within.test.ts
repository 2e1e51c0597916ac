import { describe, expect, test } from 'vitest';
import { runWithin } from '../../../src/node/parquet/run-within.js';

describe('runWithin', () => {
  test('gives what the function gives, and what it throws', () => {
    expect(runWithin(1000, () => runWithin(1000, () => 7) + 1)).toBe(8);
    const fault = new Error('damaged');
    expect(() =>
      runWithin(1000, () => {
        throw fault;
      }),
    ).toThrow(fault);
  });

  test('stops what would not end', () => {
    const endless = () => {
      for (;;);
    };
    expect(() => runWithin(50, endless)).toThrow('no end within 50 ms');
    expect(runWithin(1000, () => 'goes on')).toBe('goes on');
  });
});
