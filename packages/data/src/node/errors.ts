import { LimbeckError } from '@limbeck/core';

/** What went wrong with a file, as an error of ours; errors of ours pass through. */
export function fileError(where: string, path: string, cause: unknown): LimbeckError {
  if (cause instanceof LimbeckError) return cause;
  const code = (cause as { readonly code?: unknown } | null)?.code;
  const given = `${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LimbeckError('disk-full', {
      where,
      given,
      expected: 'room on the disk',
      next: 'Free some space and run it again: what was finished is kept.',
      cause,
    });
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new LimbeckError('data-missing', {
      where,
      given,
      expected: 'a file or folder there',
      next: 'Check the path.',
      cause,
    });
  }
  // zlib's codes: Z_BUF_ERROR is a file that ends too early, Z_DATA_ERROR one whose bytes are wrong.
  if (typeof code === 'string' && code.startsWith('Z_')) return corrupt(where, given, cause);
  return new LimbeckError('io-failed', {
    where,
    given,
    expected: 'a file that can be read and written',
    next: 'Check its permissions.',
    cause,
  });
}

/** A file whose bytes are not what they should be. */
export function corrupt(where: string, given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('corrupt-file', {
    where,
    given,
    expected: 'a whole file',
    next: 'Fetch or write it again.',
    cause,
  });
}
