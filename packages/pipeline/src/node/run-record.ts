import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Json, type JsonObject, LimbeckError } from '@limbeck/core';
import type { StageTable } from '../stages.js';
import { formatVersion, jsonText, readRecord, writeAtomic } from './files.js';
import type { Machine } from './machine.js';

/** What `run.json` holds. */
export interface RunRecord {
  /** The pipeline's name. */
  readonly name: string;
  /** The run's config. */
  readonly config: JsonObject;
  /** The run's seeds. */
  readonly seeds: { readonly [name: string]: number };
  /** The packages that the steps import, and their versions. */
  readonly versions: { readonly [name: string]: string };
  /** The machine of the latest try. */
  readonly machine: Machine;
  /** The names of the steps, in order. */
  readonly steps: readonly string[];
  /** The file that defines the pipeline, relative to the folder that the command ran in. */
  readonly entry?: string;
  /** How the latest try ended; `running` too if it was killed. */
  readonly state: 'running' | 'done' | 'failed' | 'interrupted';
  /** When the latest try began, ISO 8601. */
  readonly startedAt: string;
  /** The stages of the latest try, once it has ended. */
  readonly table?: StageTable;
  /** The hash of what was copied to the top of the folder, by name. */
  readonly published: { readonly [name: string]: string };
}

/** Writes `run.json`. */
export async function writeRun(folder: string, record: RunRecord): Promise<void> {
  const value = { formatVersion, ...record } as unknown as Json;
  await writeAtomic(path.join(folder, 'run.json'), jsonText(value), path.join(folder, 'tmp'));
}

/**
 * Reads a run's `run.json`; `undefined` if it is not there or was damaged from outside.
 *
 * @throws LimbeckError `format-too-new`, `io-failed`.
 */
export async function readRun(folder: string): Promise<RunRecord | undefined> {
  const record = await readRecord(path.join(folder, 'run.json'));
  return record as unknown as RunRecord | undefined;
}

/**
 * The folder of the run that began last.
 *
 * @param root - The folder that holds the runs.
 * @throws LimbeckError `data-missing` when there is none.
 */
export async function latestRun(root: string): Promise<string> {
  const names = await readdir(root).catch(() => []);
  const found: { folder: string; at: number }[] = [];
  for (const name of names) {
    const folder = path.join(root, name);
    const info = await stat(path.join(folder, 'run.json')).catch(() => undefined);
    if (info !== undefined) found.push({ folder, at: info.mtimeMs });
  }
  found.sort((a, b) => b.at - a.at);
  const [latest] = found;
  if (latest !== undefined) return latest.folder;
  throw new LimbeckError('data-missing', {
    where: 'latestRun',
    given: `no run in ${root}`,
    expected: 'at least one run folder',
    next: 'Start one with limbeck run.',
  });
}
