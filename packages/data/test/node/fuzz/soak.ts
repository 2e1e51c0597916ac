import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Rng } from '@limbeck/core';
import { fuzz } from './judge.js';
import type { Damaged } from './samples.js';

/**
 * Reads damaged files of a format, `--times 100000` of them from `--seed 2`. A file that was met otherwise than it should be
 * is written down, and its path is printed.
 */
export async function soak(format: Damaged): Promise<void> {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '2' },
    },
  });
  const times = Number(values.times);
  const rng = Rng.from(Number(values.seed)).stream(format);
  const { read, refused, faults } = await fuzz(format, times, rng);
  if (faults.length > 0) {
    const folder = mkdtempSync(path.join(os.tmpdir(), `${format}-files-`));
    for (const [i, { bytes, fault }] of faults.entries()) {
      const file = path.join(folder, `${i}.${format}`);
      writeFileSync(file, bytes);
      console.log(`${file}: ${fault}`);
    }
  }
  console.log(`${read} read, ${refused} refused`);
  console.log(`${read + refused}/${times} equal`);
  process.exitCode = read + refused === times ? 0 : 1;
}
