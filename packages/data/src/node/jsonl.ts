import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { checkWhole, LimbeckError } from '@limbeck/core';
import { fileError } from './errors.js';
import { readLines } from './lines.js';

/** A line that could not be read as a record. */
export interface BadLine {
  /** The file. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** Why, in a few words. */
  readonly reason: string;
  /** At most the first 200 characters of the line. */
  readonly text: string;
}

/** Options of {@link readJsonl}. */
export interface ReadJsonlOptions<Row> {
  /** Checks and converts a line's value; what it throws makes the line a bad one. @defaultValue the value as it is */
  readonly parse?: (value: unknown) => Row;
  /** Receives bad lines, and reading goes on. Left out: the first one is an error. */
  readonly onBadLine?: (bad: BadLine) => void;
  /** A longer line is a bad one, in bytes. @defaultValue 16 MiB */
  readonly maxLineBytes?: number;
}

/**
 * Reads JSON lines, gzipped or not, in constant memory; blank lines are skipped, a byte order mark too.
 *
 * @throws LimbeckError `invalid-record` with line and reason, unless `onBadLine` is given; `data-missing` if there is
 * no file; `corrupt-file` if gzip ends early or its bytes are wrong
 */
export async function* readJsonl<Row = unknown>(
  path: string,
  options: ReadJsonlOptions<Row> = {},
): AsyncGenerator<Row> {
  const { parse = (value) => value as Row, onBadLine, maxLineBytes = 16 * 2 ** 20 } = options;
  checkWhole('readJsonl', { maxLineBytes }, 1, 'Leave it out to use the default.');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const { number, bytes, tooLong } of readLines('readJsonl', path, maxLineBytes)) {
    let row: Row;
    try {
      if (tooLong) throw new Error(`the line is longer than ${maxLineBytes} bytes`);
      const text = decoder.decode(bytes);
      if (text.trim() === '') continue;
      row = parse(JSON.parse(text));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const text = new TextDecoder().decode(bytes.subarray(0, 800)).slice(0, 200);
      if (onBadLine === undefined) throw badLine(path, number, reason, text, cause);
      onBadLine({ path, line: number, reason, text });
      continue;
    }
    yield row;
  }
}

function badLine(
  path: string,
  line: number,
  reason: string,
  text: string,
  cause: unknown,
): LimbeckError {
  return new LimbeckError('invalid-record', {
    where: 'readJsonl',
    given: `line ${line} of ${path} (${reason}): ${text}`,
    expected: 'one JSON value a line',
    next: 'Correct the line, or pass onBadLine to go on without it.',
    cause,
  });
}

/** Options of {@link writeJsonl}. */
export interface WriteJsonlOptions {
  /** Whether to compress. @defaultValue whether the path ends in `.gz` */
  readonly gzip?: boolean;
}

/**
 * Writes one row a line. The file appears when it is whole: until then it is `path.part`, which goes away on failure.
 *
 * @returns how many rows were written
 * @throws LimbeckError `disk-full`, `io-failed`; what `rows` throws passes through
 */
export async function writeJsonl(
  path: string,
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  options: WriteJsonlOptions = {},
): Promise<number> {
  const { gzip = path.endsWith('.gz') } = options;
  const part = `${path}.part`;
  try {
    const file = await open(part, 'w').catch((cause: unknown) => {
      throw fileError('writeJsonl', part, cause);
    });
    let written = 0;
    try {
      const counted = countLines(rows, (count) => (written = count));
      for await (const chunk of gzip ? compressed(counted) : counted) {
        await file.writeFile(chunk).catch((cause: unknown) => {
          throw fileError('writeJsonl', part, cause);
        });
      }
      await file.sync().catch((cause: unknown) => {
        // A device or pipe has nothing to sync.
        if ((cause as { code?: unknown }).code !== 'EINVAL')
          throw fileError('writeJsonl', part, cause);
      });
    } finally {
      await file.close();
    }
    await rename(part, path);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** A write a line would be slow. */
const chunkCharacters = 1 << 16;

async function* countLines(
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  onCount: (count: number) => void,
): AsyncGenerator<string> {
  let lines = '';
  let count = 0;
  for await (const row of rows) {
    lines += `${JSON.stringify(row)}\n`;
    onCount(++count);
    if (lines.length < chunkCharacters) continue;
    yield lines;
    lines = '';
  }
  if (lines !== '') yield lines;
}

async function* compressed(chunks: AsyncIterable<string>): AsyncGenerator<Buffer> {
  const packer = createGzip();
  const source = Readable.from(chunks);
  source.on('error', (error) => packer.destroy(error));
  yield* source.pipe(packer) as AsyncIterable<Buffer>;
}
