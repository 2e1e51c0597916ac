import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson, LimbeckError } from '@limbeck/core';
import { errno, fileError } from './files.js';

/** Up to this size a file is read at once, which is faster than a stream. */
const wholeBytes = 4 * 1024 * 1024;

/** The sha256 of text or bytes, in lower-case hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The sha256 of a value's canonical JSON. */
export function hashJson(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** The sha256 of a file, read in pieces if it is large. */
export async function sha256OfFile(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size <= wholeBytes) return sha256(await readFile(file));
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}

/** A file as a step's input. */
export interface HashedFile {
  /** As it was given. */
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly sizeBytes: number;
}

/**
 * A file from outside as an input of a step, by its content: the step runs again when the file changes.
 *
 * @throws LimbeckError `data-missing` if there is no such file; `io-failed` if it cannot be read.
 */
export async function hashedFile(file: string): Promise<HashedFile> {
  try {
    const { size } = await stat(file);
    return { path: file, sha256: await sha256OfFile(file), sizeBytes: size };
  } catch (cause) {
    const code = errno(cause);
    if (code !== 'ENOENT' && code !== 'EISDIR') {
      throw fileError('hashedFile', path.basename(file), cause);
    }
    throw new LimbeckError('data-missing', {
      where: 'hashedFile',
      given: `${file}, which is ${code === 'ENOENT' ? 'not there' : 'a folder'}`,
      expected: 'a file',
      next: 'Check the path: a relative one begins at the folder that the program was started in.',
      cause,
    });
  }
}
