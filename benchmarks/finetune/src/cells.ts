import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { contentHash } from '@limbeck/data';
import type { JsonObject } from '@limbeck/core';

/** What one run of one seed came to. */
export type Cell = {
  /** The answers to the held-out rows. */
  readonly labels: readonly number[];
  /** How many numbers were learnt. */
  readonly learnt: number;
  readonly seconds: number;
  readonly sizeBytes: number;
  /** The distance of logits before and after adapters were merged; 0 without adapters. */
  readonly mergedGap: number;
};

const folder = new URL('../node_modules/.cache/cells/', import.meta.url);

/**
 * A run that was made before, under the same settings, or made now: an experiment that was stopped goes on where it was.
 *
 * @param key - all that the run depends on
 */
export async function cell(key: JsonObject, make: () => Promise<Cell>): Promise<Cell> {
  const file = new URL(`${contentHash(key)}.json`, folder);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Cell;
  } catch {
    const made = await make();
    mkdirSync(folder, { recursive: true });
    const fresh = new URL(`${file.href}.part`);
    writeFileSync(fresh, JSON.stringify(made));
    renameSync(fresh, file);
    return made;
  }
}
