import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { measureTable, writeRows } from '../../../bench/duckdb/measure.js';

test('200,000 rows are filtered, joined, sampled, shuffled and written in bounded memory', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-rows-'));
  try {
    await writeRows(folder, 200_000);
    const measured = await measureTable(folder);
    expect(measured.kept).toBe(measured.expected);
    expect(measured.sampled).toBe(20_000);
    expect(measured.repeated).toBe(true);
    console.log(`200,000 rows: at most ${measured.peakMb} MB, ${measured.seconds} s.`);
    expect(measured.peakMb).toBeLessThan(500);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
