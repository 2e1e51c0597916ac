import { Rng } from '@limbeck/core';
import { describe, expect, test } from 'vitest';
import { fuzz } from './judge.js';

describe('damaged files', () => {
  // 5,000 in all; 100,000 of each by `pnpm soak parquet-files gzip-files csv-files json-files`.
  test.each(['parquet', 'gzip', 'csv', 'json'] as const)(
    'of %s are read, or refused with an error of ours, in little time and memory',
    async (format) => {
      const tally = await fuzz(format, 1250, Rng.from(1).stream(format));
      expect(tally.faults.map(({ fault }) => fault)).toEqual([]);
      expect(tally.read + tally.refused).toBe(1250);
      expect(Math.min(tally.read, tally.refused)).toBeGreaterThan(0);
    },
  );
});
