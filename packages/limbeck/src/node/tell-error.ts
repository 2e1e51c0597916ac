import { type ErrorCode, isLimbeckError, type LimbeckError } from '@limbeck/core';

/** The error and what caused it, each on a line; the stack where code of the user's own may have failed. */
export function describeError(error: unknown): readonly string[] {
  const lines: string[] = [];
  let explained = false;
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 5; depth += 1) {
    const text =
      at instanceof Error
        ? isLimbeckError(at) || explained
          ? at.message
          : (at.stack ?? at.message)
        : JSON.stringify(at);
    // What the line before has word for word already need not be said again.
    if (!explained || !lines.at(-1)!.includes(text)) {
      lines.push(depth === 0 ? text : `because of ${text}`);
    }
    explained = isLimbeckError(at) && aboutFiles.has(at.code);
    at = at instanceof Error ? at.cause : undefined;
  }
  return lines;
}

/** Codes of errors that say all there is to say: a file is not there, a disk is full, a page of Parquet is damaged. */
const aboutFiles: ReadonlySet<ErrorCode> = new Set([
  'corrupt-file',
  'corrupt-onnx',
  'data-missing',
  'disk-full',
  'invalid-record',
  'io-failed',
  'missing-dependency',
]);

/** What `--json` prints of it. */
export function errorJson({ code, where, given, expected, next }: LimbeckError): string {
  return JSON.stringify({ error: { code, where, given, expected, next } }, null, 2);
}

/** The exit code: 1 for all that has none of its own. */
export function exitCode(error: unknown): number {
  if (isLimbeckError(error, 'unknown-command') || isLimbeckError(error, 'invalid-option')) return 2;
  if (isLimbeckError(error, 'gate-failed')) return 3;
  // 128 + the signal's number, as shells report it.
  if (isLimbeckError(error, 'interrupted')) return error.given === 'SIGTERM' ? 143 : 130;
  return 1;
}
