import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isLimbeckError } from '@limbeck/core';
import { readRun, type RunRecord } from '@limbeck/pipeline/node';
import { defaultRoot } from './commands/run.js';
import type { CommandIo } from './io.js';

/** A run's folder and its `run.json`. */
interface FoundRun {
  readonly folder: string;
  readonly record: RunRecord;
}

/**
 * The latest run that has what is asked for, and says which one it took: a run that failed since hides none that went well.
 * Without any such run, `undefined`.
 *
 * @param what - what it has, for the line that says so
 */
export async function latestWith(
  io: CommandIo,
  given: string | undefined,
  what: string,
  has: (run: FoundRun) => Promise<boolean>,
): Promise<FoundRun | undefined> {
  const runs = await runsIn(path.resolve(io.cwd, given ?? defaultRoot));
  const [latest] = runs;
  for (const run of runs) {
    if (!(await has(run))) continue;
    const since =
      latest === undefined || latest === run
        ? ''
        : `; ${path.basename(latest.folder)}, which is later (${latest.record.state}), has none`;
    io.err(`Takes ${path.basename(run.folder)}, the latest run with a ${what}${since}.`);
    return run;
  }
  return undefined;
}

/** The runs that can be read, the latest first. */
async function runsIn(root: string): Promise<readonly FoundRun[]> {
  const found: FoundRun[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const folder = path.join(root, name);
    const record = await readRun(folder).catch((error: unknown) => {
      if (isLimbeckError(error)) return undefined;
      throw error;
    });
    if (record !== undefined) found.push({ folder, record });
  }
  return found.sort((a, b) => Date.parse(b.record.startedAt) - Date.parse(a.record.startedAt));
}
