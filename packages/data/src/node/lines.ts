import { readText, type TextEncoding } from './bytes.js';

/** A line of a file, without its line feed. */
export interface RawLine {
  /** Counted from 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Whether it was longer than allowed: then `bytes` holds only its beginning. */
  readonly tooLong: boolean;
}

const lineFeed = 0x0a;

/**
 * The lines of a file, gzipped or not (told by its first two bytes), some at a time and in constant memory.
 *
 * @throws LimbeckError `data-missing` if there is no file; `corrupt-file` if gzip ends early or its bytes are wrong;
 * `io-failed` otherwise
 */
export async function* readLines(
  where: string,
  path: string,
  maxLineBytes: number,
  encoding?: TextEncoding,
): AsyncGenerator<RawLine[]> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): RawLine => {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const line = { number: ++number, bytes, tooLong: size > maxLineBytes };
    parts = [];
    size = 0;
    return line;
  };
  // Keeps no more of a line than is allowed, however long it is.
  const add = (part: Uint8Array): void => {
    const room = Math.max(0, maxLineBytes - size);
    if (room > 0 && part.length > 0) parts.push(part.subarray(0, room));
    size += part.length;
  };
  for await (const chunk of readText(where, path, encoding)) {
    const lines: RawLine[] = [];
    let start = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, start)) {
      add(chunk.subarray(start, at));
      lines.push(take());
      start = at + 1;
    }
    add(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (size > 0) yield [take()];
}
