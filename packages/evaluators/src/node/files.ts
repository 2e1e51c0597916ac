import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { LimbeckError } from '@limbeck/core';

/** What a report says of a file that ships. */
export interface FileFacts {
  /** Its size, in bytes. */
  readonly sizeBytes: number;
  /** Its size after gzip at level 9, in bytes. */
  readonly gzipBytes: number;
  /** Its sha256, in lower-case hexadecimal. */
  readonly sha256: string;
}

/** A file's size, its size after gzip, and its hash. @throws LimbeckError `io-failed` if it cannot be read */
export async function fileFacts(path: string): Promise<FileFacts> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new LimbeckError('io-failed', {
      where: 'fileFacts',
      given: path,
      expected: 'a file that can be read',
      next: 'Check the path, and that the export before this ended well.',
      cause,
    });
  }
  const packed = await promisify(gzip)(bytes, { level: 9 });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sizeBytes: bytes.length, gzipBytes: packed.length, sha256 };
}

/** The most memory that this process has held so far, in bytes. */
export function peakRssBytes(): number {
  // maxRSS is in kibibytes on every system that Node supports.
  return process.resourceUsage().maxRSS * 1024;
}
