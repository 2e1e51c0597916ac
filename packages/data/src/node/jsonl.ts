import { checkWhole } from '@limbeck/core';
import type { RawRecord } from '../records/raw-record.js';
import {
  defaultRecordBytes,
  type RecordOptions,
  type RecordReader,
} from '../records/record-options.js';
import { recordReader } from '../records/record-reader.js';
import type { TextEncoding } from './bytes.js';
import { deadLetters } from './dead-letters.js';
import { readLines } from './lines.js';
import { rowTexts, writeWhole } from './write-whole.js';

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
export interface ReadJsonlOptions<Row> extends RecordOptions<Row> {
  /** Converts a line's value before `columns` and `schema` look at it; what it throws makes the line a bad one. @defaultValue the value as it is */
  readonly parse?: (value: unknown) => Row;
  /** Receives bad lines, and reading goes on: as `onBad: 'skip'` with `onBadRecord`. */
  readonly onBadLine?: (bad: BadLine) => void;
  /** A longer line is a bad one, in bytes. @defaultValue `maxRecordBytes` */
  readonly maxLineBytes?: number;
  /** How bytes stand for text. @defaultValue `'utf-8'`, of which nothing else passes */
  readonly encoding?: TextEncoding;
}

/**
 * Reads JSON lines, gzipped or not, in constant memory; blank lines are skipped, a byte order mark too.
 *
 * @throws LimbeckError `invalid-record` with line and reason, unless `onBad` or `onBadLine` says otherwise;
 * `data-missing` if there is no file; `corrupt-file` if gzip ends early or its bytes are wrong
 */
export function readJsonl<Row = unknown>(
  path: string,
  options: ReadJsonlOptions<Row> = {},
): RecordReader<Row> {
  const { onBadLine } = options;
  const { onBad = onBadLine === undefined ? 'throw' : 'skip', onBadRecord } = options;
  const format = { where: 'readJsonl', unit: 'line', expected: 'one JSON value a line' } as const;
  return recordReader(
    format,
    () => jsonlRecords(path, options),
    {
      ...options,
      onBad,
      onBadRecord: (bad) => {
        onBadRecord?.(bad);
        onBadLine?.({ path, line: bad.line, reason: bad.reason, text: bad.raw.slice(0, 200) });
      },
    },
    deadLetters('readJsonl', path, onBad),
  );
}

/** The lines of a file, parsed, some at a time. */
export async function* jsonlRecords<Row>(
  path: string,
  options: Pick<ReadJsonlOptions<Row>, 'parse' | 'encoding' | 'maxLineBytes' | 'maxRecordBytes'>,
): AsyncGenerator<RawRecord[]> {
  const { parse, encoding, maxRecordBytes = defaultRecordBytes } = options;
  const { maxLineBytes = maxRecordBytes } = options;
  checkWhole('readJsonl', { maxLineBytes }, 1, 'Leave it out to use the default.');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const lines of readLines('readJsonl', path, maxLineBytes, encoding)) {
    const found: RawRecord[] = [];
    for (const { number: line, bytes, tooLong } of lines) {
      const raw = (): string => new TextDecoder().decode(tooLong ? bytes.subarray(0, 4000) : bytes);
      try {
        if (tooLong) throw new Error(`the line is longer than ${maxLineBytes} bytes`);
        const text = decoder.decode(bytes);
        if (text.trim() === '') continue;
        const value = JSON.parse(text) as unknown;
        found.push({ file: path, line, raw, value: parse === undefined ? value : parse(value) });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        found.push({ file: path, line, raw, reason, cause });
      }
    }
    yield found;
  }
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
  let written = 0;
  const texts = rowTexts(
    rows,
    (row) => `${JSON.stringify(row)}\n`,
    (count) => (written = count),
  );
  await writeWhole('writeJsonl', path, texts, gzip);
  return written;
}
