import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { isLimbeckError, type Rng } from '@limbeck/core';
import { readRecords } from '@limbeck/data/node';
import { damaged } from './damage.js';
import { type Damaged, samples } from './samples.js';

/** What streams, queues and a page's runs of equal values take, whatever the file's size. */
const spareBytes = 4 * 2 ** 20;
const spareObjects = 64 * 2 ** 20;
/** A damaged file is read in milliseconds; a machine that does much else may take a thousand times as long. */
const longestMs = 10_000;

const endings = { parquet: '.parquet', gzip: '.jsonl.gz', csv: '.csv', json: '.json' } as const;

/** What a number of damaged files came to. */
export interface Tally {
  readonly read: number;
  readonly refused: number;
  /** The file and what was wrong, at most ten. */
  readonly faults: readonly { readonly bytes: Uint8Array; readonly fault: string }[];
}

/**
 * Reads so many damaged files. Each has to be read, or refused by an error of ours, in little time and in no more memory
 * than ten times the file explains.
 */
export async function fuzz(format: Damaged, times: number, rng: Rng): Promise<Tally> {
  const whole = await samples(format);
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const tally = { read: 0, refused: 0, faults: [] as { bytes: Uint8Array; fault: string }[] };
  try {
    for (let i = 0; i < times && tally.faults.length < 10; i++) {
      const bytes = damaged(whole[i % whole.length]!, rng);
      const path = join(folder, `damaged${endings[format]}`);
      writeFileSync(path, bytes);
      const verdict = await judge(path, bytes.length);
      if (verdict === 'read' || verdict === 'refused') tally[verdict]++;
      else tally.faults.push({ bytes, fault: verdict });
    }
    return tally;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function judge(path: string, size: number): Promise<string> {
  const [before, start] = [process.memoryUsage(), performance.now()];
  let verdict = 'read';
  let [records, bad] = [0, 0];
  const reader = readRecords<unknown>(path, { onBad: 'skip', onBadRecord: () => bad++ });
  try {
    for await (const record of reader) records += record === undefined ? 0 : 1;
  } catch (error) {
    if (!isLimbeckError(error)) return `${String(error)}\n${(error as Error).stack ?? ''}`;
    verdict = 'refused';
  }
  const { read, bad: counted } = reader.report();
  if (read !== records || counted !== bad)
    return `${records} and ${bad} records, but ${read} and ${counted} told`;
  const [after, ms] = [process.memoryUsage(), performance.now() - start];
  const arrays = after.arrayBuffers - before.arrayBuffers;
  if (arrays > 10 * size + spareBytes) return `${arrays} bytes in arrays for a file of ${size}`;
  const objects = after.heapUsed - before.heapUsed;
  if (objects > 10 * size + spareObjects)
    return `${objects} bytes in objects for a file of ${size}`;
  return ms > longestMs ? `${Math.round(ms)} ms for a file of ${size}` : verdict;
}
