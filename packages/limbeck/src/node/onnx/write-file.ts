import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isLimbeckError, LimbeckError } from '@limbeck/core';

/** Codes of a disk that takes no more. */
const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Writes a file wholly or not at all. @throws LimbeckError `disk-full`, `io-failed` */
export async function writeWhole(
  where: string,
  file: string,
  bytes: Uint8Array | string,
): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    // Whatever cleaning up says, the write's own error is the one to tell.
    await rm(draft, { force: true }).catch(() => undefined);
    throw writeError(where, file, cause);
  }
}

/** What kept a file or folder from being written: `disk-full` or `io-failed`; what is ours already stays as it is. */
export function writeError(where: string, file: string, cause: unknown): LimbeckError {
  if (isLimbeckError(cause)) return cause;
  const { code = 'an error' } = cause as { readonly code?: string };
  const isFull = full.has(code);
  return new LimbeckError(isFull ? 'disk-full' : 'io-failed', {
    where,
    given: `${code} while writing ${path.basename(file)}`,
    expected: isFull ? 'room on the disk' : 'a folder that can be written',
    next: isFull
      ? 'Free some space and call it again: nothing was left behind.'
      : 'Check the permissions of the folder, or name another place.',
    cause,
  });
}
