import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileError } from './file-errors.js';
import { makeFolder } from './make-folder.js';

type Files = { readonly [path: string]: Uint8Array };

/**
 * Puts a folder with exactly these files in its place, wholly or not at all: it is written beside, flushed to the disk
 * and renamed, so that a kill at any moment leaves the old folder or the new one. No system can swap two folders in
 * one call everywhere: for the instant between two renames the old one has `.old` behind its name, and the next call
 * puts it back or removes it. Where the folder holds these files already, nothing is written.
 *
 * @throws LimbeckError `disk-full`, `io-failed`
 */
export async function writeFolder(folder: string, files: Files): Promise<void> {
  const place = path.resolve(folder);
  const beside = `${place}.new`;
  const old = `${place}.old`;
  try {
    await recoverFolder(place);
    if (await holds(place, files)) return;
    await rm(beside, { recursive: true, force: true });
    await makeFolder(beside);
    for (const [name, bytes] of Object.entries(files)) {
      await writeSynced(path.join(beside, name), bytes);
    }
    await moveAway(place, old);
    await rename(beside, place);
    await rm(old, { recursive: true, force: true });
  } catch (cause) {
    // Whatever cleaning up says, the write's own error is the one to tell; the next call cleans up again.
    await rm(beside, { recursive: true, force: true }).catch(() => undefined);
    await recoverFolder(place).catch(() => undefined);
    throw fileError(`folder ${place}`, cause);
  }
}

/** Finishes what a kill between two renames left: the old folder is put back, or removed where the new one stands. */
async function recoverFolder(place: string): Promise<void> {
  const old = `${place}.old`;
  if (await exists(place)) await rm(old, { recursive: true, force: true });
  else if (await exists(old)) await rename(old, place);
}

async function moveAway(place: string, old: string): Promise<void> {
  if (await exists(place)) await rename(place, old);
}

async function exists(place: string): Promise<boolean> {
  try {
    await readdir(place);
    return true;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return false;
    throw cause;
  }
}

async function holds(place: string, files: Files): Promise<boolean> {
  if (!(await exists(place))) return false;
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => !entry.isDirectory());
  if (found.length !== Object.keys(files).length) return false;
  for (const [name, bytes] of Object.entries(files)) {
    // A file that cannot be read is not the same: the folder is written again.
    const there = await readFile(path.join(place, name)).catch(() => undefined);
    if (there === undefined || !there.equals(bytes)) return false;
  }
  return true;
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(path.dirname(file));
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
