import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { latestRun, readRun, runFolder, type RunRecord } from '@limbeck/pipeline/node';
import type { CommandIo } from '../io.js';
import { loadPipeline } from '../load-pipeline.js';
import { defaultRoot, run } from './run.js';

/** Goes on with a run that was stopped: the one in the folder given, or the latest. */
export async function resume(
  io: CommandIo,
  given: {
    readonly run?: string | undefined;
    readonly root?: string | undefined;
    readonly json?: boolean | undefined;
  },
): Promise<void> {
  const { folder, record } = await findRun(io, given);
  if (record.entry === undefined) {
    throw new LimbeckError('data-missing', {
      where: 'limbeck resume',
      given: `${shown(given, folder)}, a run that a program started by itself`,
      expected: 'one that limbeck run started',
      next: 'Start that program again: it goes on where it stopped.',
    });
  }
  const root = path.dirname(folder);
  const { pipeline } = await loadPipeline(io.cwd, record.entry);
  if (runFolder(pipeline, root) !== folder) {
    throw new LimbeckError('invalid-data', {
      where: 'limbeck resume',
      given: `${record.entry}, whose name or config is no longer that of ${shown(given, folder)}`,
      expected: 'the pipeline that the run was started with',
      next: `Start a run of its own with limbeck run ${record.entry}, or change the config back.`,
    });
  }
  await run(io, { config: record.entry, root, json: given.json });
}

/**
 * A run, by its path or its name below the root: its folder and its `run.json`; the latest where none is named.
 *
 * @throws LimbeckError `data-missing`
 */
export async function findRun(
  io: CommandIo,
  given: { readonly run?: string | undefined; readonly root?: string | undefined },
): Promise<{ readonly folder: string; readonly record: RunRecord }> {
  const root = path.resolve(io.cwd, given.root ?? defaultRoot);
  const folder = given.run === undefined ? await latestRun(root) : path.resolve(io.cwd, given.run);
  const record = await readRun(folder);
  if (record !== undefined) return { folder, record };
  if (given.run !== undefined && path.basename(given.run) === given.run) {
    const below = path.join(root, given.run);
    const named = await readRun(below);
    if (named !== undefined) return { folder: below, record: named };
  }
  throw new LimbeckError('data-missing', {
    where: 'limbeck',
    given: `${shown(given, folder)} without a run.json`,
    expected: 'the folder of a run, such as .limbeck/runs/<name>-<hash>',
    next: 'Check the path, or leave it out for the latest run.',
  });
}

/** A run's folder by the path that was given, or below the root that was. */
function shown(
  given: { readonly run?: string | undefined; readonly root?: string | undefined },
  folder: string,
): string {
  return given.run ?? path.join(given.root ?? defaultRoot, path.basename(folder));
}
