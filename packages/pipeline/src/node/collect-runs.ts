import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { checkWhole, isLimbeckError } from '@limbeck/core';
import { errno, fileError } from './files.js';
import { isLocked, type Lock, lockFolder } from './lock.js';
import { readRun, type RunRecord } from './run-record.js';

/** How a run that is being deleted is called, so that what a kill leaves of it is never taken for a run. */
const doomed = '.removing-';

/** Options of {@link collectRuns}. */
export interface CollectOptions {
  /** The folder that holds the runs. */
  readonly root: string;
  /**
   * How many runs of each pipeline stay whatever their age, the latest first. Runs that came to nothing are counted by
   * themselves: however often one failed, those that went well stay. @defaultValue 5
   */
  readonly keep?: number;
  /** Of the others those go that began longer ago than this, in milliseconds. @defaultValue 0 */
  readonly olderMs?: number;
  /** Whether it only says what would go. @defaultValue false */
  readonly dryRun?: boolean;
}

/** What became of a run. */
export interface CollectedRun {
  /** The run's folder. */
  readonly folder: string;
  /** The pipeline's name; `unknown` where a later version wrote the run. */
  readonly name: string;
  /** Bytes of all its files. */
  readonly sizeBytes: number;
  /** Whether it is gone, or would be. */
  readonly removed: boolean;
  /** Why it went or stayed. */
  readonly why: string;
}

/**
 * Deletes old runs, never one that is being worked in, nor one of a later version, nor what steps keep for good under
 * `kept`. A folder is renamed before it is deleted: a kill leaves no half run.
 *
 * @throws LimbeckError `invalid-option` for a `keep` or `olderMs` below 0; `io-failed`
 */
export async function collectRuns(options: CollectOptions): Promise<readonly CollectedRun[]> {
  const { root, keep = 5, olderMs = 0, dryRun = false } = options;
  checkWhole('collectRuns', { keep }, 0, 'Pass how many runs of each pipeline stay.');
  checkWhole('collectRuns', { olderMs: Math.ceil(olderMs) }, 0, 'Pass milliseconds.');
  if (!dryRun) await sweep(root);
  const seen = new Map<string, number>();
  const collected: CollectedRun[] = [];
  for (const { folder, record } of await findRuns(root)) {
    const name = record?.name ?? 'unknown';
    const kind = `${name} ${cameToSomething(record) ? 'done' : 'failed'}`;
    const rank = seen.get(kind) ?? 0;
    seen.set(kind, rank + 1);
    const sizeBytes = await sizeOf(folder);
    const stays = await whyStays(folder, record, { rank, keep, olderMs });
    const gone = stays === undefined && (dryRun || (await remove(folder)));
    collected.push({
      folder,
      name,
      sizeBytes,
      removed: gone,
      why: gone ? `beyond the latest ${keep}${old(olderMs)}` : (stays ?? 'a run works in it'),
    });
  }
  return collected;
}

/** Runs by the time they began, the latest first. */
async function findRuns(
  root: string,
): Promise<readonly { readonly folder: string; readonly record: RunRecord | undefined }[]> {
  const found: { folder: string; record: RunRecord | undefined; at: number }[] = [];
  for (const name of await namesIn(root)) {
    if (name.startsWith('.')) continue;
    const folder = path.join(root, name);
    const info = await stat(path.join(folder, 'run.json')).catch(() => undefined);
    if (info === undefined) continue;
    const record = await readRun(folder).catch((error: unknown) => {
      if (isLimbeckError(error, 'format-too-new')) return undefined;
      throw error;
    });
    found.push({ folder, record, at: startOf(record) ?? info.mtimeMs });
  }
  return found.sort((a, b) => b.at - a.at);
}

/** Whether a run ended well, or did once: what it published then is there. */
function cameToSomething(record: RunRecord | undefined): boolean {
  return record?.state === 'done' || Object.keys(record?.published ?? {}).length > 0;
}

function startOf(record: RunRecord | undefined): number | undefined {
  const at = Date.parse(record?.startedAt ?? '');
  return Number.isNaN(at) ? undefined : at;
}

async function whyStays(
  folder: string,
  record: RunRecord | undefined,
  by: { readonly rank: number; readonly keep: number; readonly olderMs: number },
): Promise<string | undefined> {
  if (record === undefined) return 'a run.json that this version cannot read';
  if (await isLocked(folder)) return 'a run works in it';
  if (by.rank < by.keep) return `among the latest ${by.keep}`;
  const age = Date.now() - (startOf(record) ?? Date.now());
  return age < by.olderMs ? 'not old enough' : undefined;
}

function old(olderMs: number): string {
  const days = olderMs / 86_400_000;
  return olderMs === 0 ? '' : `, and older than ${Number(days.toFixed(2))} days`;
}

/** Whether it could be taken away: a run that began in the meantime keeps its folder. */
async function remove(folder: string): Promise<boolean> {
  let lock: Lock;
  try {
    lock = await lockFolder(folder);
  } catch (error) {
    if (isLimbeckError(error, 'run-locked')) return false;
    throw error;
  }
  const name = `${doomed}${path.basename(folder)}-${randomBytes(4).toString('hex')}`;
  const aside = path.join(path.dirname(folder), name);
  try {
    await rename(folder, aside);
    await rm(aside, { recursive: true, force: true });
    return true;
  } catch (cause) {
    throw fileError('collectRuns', path.basename(folder), cause);
  } finally {
    await lock.release();
  }
}

/** Finishes what a kill left. */
async function sweep(root: string): Promise<void> {
  for (const name of await namesIn(root)) {
    if (!name.startsWith(doomed)) continue;
    await rm(path.join(root, name), { recursive: true, force: true }).catch((cause: unknown) => {
      throw fileError('collectRuns', name, cause);
    });
  }
}

async function namesIn(root: string): Promise<readonly string[]> {
  try {
    return await readdir(root);
  } catch (cause) {
    if (errno(cause) === 'ENOENT') return [];
    throw fileError('collectRuns', path.basename(root), cause);
  }
}

async function sizeOf(folder: string): Promise<number> {
  let total = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    // A file may go while a run works: it counts nothing then.
    const info = await stat(path.join(entry.parentPath, entry.name)).catch(() => undefined);
    total += info?.size ?? 0;
  }
  return total;
}
