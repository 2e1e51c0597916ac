import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readBytes } from './bytes.js';
import { fileError } from './errors.js';

/**
 * Unpacks a gzipped file to a temporary one, for readers that go to and fro in it.
 *
 * @returns where it is and how it goes away; nothing if the file is not gzipped
 * @throws LimbeckError `data-missing`, `corrupt-file`, `disk-full`, `io-failed`
 */
export async function unpackedCopy(
  where: string,
  path: string,
): Promise<{ readonly path: string; remove(): Promise<void> } | undefined> {
  const head = Buffer.alloc(2);
  try {
    const file = await open(path);
    await file.read(head, 0, 2, 0);
    await file.close();
  } catch (cause) {
    throw fileError(where, path, cause);
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'limbeck-'));
  const copy = {
    path: join(folder, 'unpacked'),
    remove: async () => rm(folder, { recursive: true, force: true }),
  };
  try {
    await pipeline(readBytes(where, path), createWriteStream(copy.path));
    return copy;
  } catch (cause) {
    await copy.remove();
    throw fileError(where, path, cause);
  }
}
