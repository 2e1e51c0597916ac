import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Json, type JsonObject, LimbeckError } from '@limbeck/core';

/** The version of what this package writes to disk. */
export const formatVersion = 1;

/** Codes of a disk that takes no more. */
const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * A file system's error as one of ours: `disk-full` or `io-failed`; what is ours already stays as it is.
 *
 * @param name - The file or folder, relative to the run's folder: no path of the machine's stands in a message.
 */
export function fileError(where: string, name: string, cause: unknown): LimbeckError {
  if (cause instanceof LimbeckError) return cause;
  const code = errno(cause);
  if (code !== undefined && full.has(code)) {
    return new LimbeckError('disk-full', {
      where,
      given: `${code} while writing ${name}`,
      expected: 'room on the disk',
      next: 'Free some space and run the same command again: finished steps are kept.',
      cause,
    });
  }
  return new LimbeckError('io-failed', {
    where,
    given: `${code ?? String(cause)} at ${name}`,
    expected: 'a folder that can be read and written',
    next: 'Check the permissions of the folder, or pass another one as root.',
    cause,
  });
}

/** Whether this error, or one behind it, says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  for (
    let at: unknown = error, depth = 0;
    at instanceof Error && depth < 10;
    at = at.cause, depth += 1
  ) {
    const code = errno(at);
    if (
      (code !== undefined && full.has(code)) ||
      (at instanceof LimbeckError && at.code === 'disk-full')
    ) {
      return true;
    }
  }
  return false;
}

/** The system's code of an error, such as `ENOENT`. */
export function errno(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : undefined;
}

/**
 * Writes a file so that at any moment either the old or the whole new one is there, after a power cut too.
 *
 * @param temporary - A folder on the same disk for the file in the making.
 */
export async function writeAtomic(target: string, text: string, temporary: string): Promise<void> {
  const name = path.basename(target);
  const draft = path.join(temporary, `${name}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(temporary, { recursive: true });
    const file = await open(draft, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw fileError('runPipeline', name, cause);
  }
}

/** JSON for a file: indented, with a final newline. */
export function jsonText(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Reads a JSON object of ours; `undefined` when there is no file, or none that was written whole.
 *
 * @throws LimbeckError `format-too-new` when a later version of this package wrote it; `io-failed`.
 */
export async function readRecord(file: string): Promise<JsonObject | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (errno(cause) === 'ENOENT') return undefined;
    throw fileError('runPipeline', path.basename(file), cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const record = value as JsonObject;
  const version = record['formatVersion'];
  if (typeof version === 'number' && version > formatVersion) {
    throw new LimbeckError('format-too-new', {
      where: 'runPipeline',
      given: `${path.basename(file)} with formatVersion ${version}`,
      expected: `at most ${formatVersion}`,
      next: 'Install a newer @limbeck/pipeline, or choose another root.',
    });
  }
  return version === undefined ? undefined : record;
}
