import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { type CollectedRun, collectRuns } from '@limbeck/pipeline/node';
import type { CommandIo } from '../io.js';
import { formatTable, readableBytes } from '../tables.js';
import { wholeOption } from './command.js';
import { defaultRoot } from './run.js';

/** Options of {@link gc}. */
export interface GcCommand {
  /** The folder that holds the runs. @defaultValue `.limbeck/runs` */
  readonly root?: string | undefined;
  /** How many runs of each pipeline stay. @defaultValue 5 */
  readonly keep?: string | undefined;
  /** A number with h, d or w: of the others those go that began longer ago. @defaultValue all of them */
  readonly older?: string | undefined;
  /** Only says what would go. @defaultValue false */
  readonly dryRun?: boolean | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/** Deletes old runs, and says what went, what stayed and why. */
export async function gc(io: CommandIo, given: GcCommand): Promise<void> {
  const keep = wholeOption('limbeck gc', 'keep', given.keep, 0);
  const runs = await collectRuns({
    root: path.resolve(io.cwd, given.root ?? defaultRoot),
    ...(keep === undefined ? {} : { keep }),
    olderMs: milliseconds(given.older ?? '0d'),
    dryRun: given.dryRun === true,
  });
  const freedBytes = sum(runs.filter(({ removed }) => removed));
  if (given.json === true) {
    return io.out(JSON.stringify({ dryRun: given.dryRun === true, freedBytes, runs }, null, 2));
  }
  if (runs.length === 0) return io.out('There are no runs.');
  const [gone, stays] = given.dryRun === true ? ['would go', 'stays'] : ['gone', 'stays'];
  io.out(
    formatTable(
      ['run', 'size', '', 'why'],
      runs.map(({ folder, sizeBytes, removed, why }) => [
        path.basename(folder),
        readableBytes(sizeBytes),
        removed ? gone : stays,
        why,
      ]),
      ['left', 'right', 'left', 'left'],
    ),
  );
  io.out(`${readableBytes(freedBytes)} ${given.dryRun === true ? 'would be freed' : 'freed'}.`);
}

function sum(runs: readonly CollectedRun[]): number {
  return runs.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

const units = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([hdw])$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) * units[unit as keyof typeof units];
  throw new LimbeckError('invalid-option', {
    where: 'limbeck gc',
    given: `--older ${JSON.stringify(text)}`,
    expected: 'a number with h, d or w behind it',
    next: 'Write 12h, 30d or 4w.',
  });
}
