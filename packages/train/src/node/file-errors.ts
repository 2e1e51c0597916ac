import { LimbeckError } from '@limbeck/core';

/** What a failed write says: whether the disk is full, and that what was there before is whole. */
export function fileError(where: string, cause: unknown): LimbeckError {
  const { code } = cause as { readonly code?: unknown };
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new LimbeckError(full ? 'disk-full' : 'io-failed', {
    where,
    given: cause instanceof Error ? cause.message : String(cause),
    expected: 'a folder that can be written',
    next: full
      ? 'Make room on the disk and run again: what was there before is whole.'
      : 'Check the folder and its permissions, then run again.',
    cause,
  });
}
