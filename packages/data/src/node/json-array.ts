import { checkWhole } from '@limbeck/core';
import { JsonElements } from '../records/json-elements.js';
import type { RawRecord } from '../records/raw-record.js';
import {
  defaultRecordBytes,
  type RecordOptions,
  type RecordReader,
  type Row,
} from '../records/record-options.js';
import { recordReader } from '../records/record-reader.js';
import { readText, type TextEncoding } from './bytes.js';
import { deadLetters } from './dead-letters.js';
import { corrupt } from './errors.js';

/** Options of {@link readJson}. */
export interface ReadJsonOptions<T = Row> extends RecordOptions<T> {
  /** How bytes stand for text. @defaultValue `'utf-8'`, of which nothing else passes */
  readonly encoding?: TextEncoding;
}

/**
 * Reads the elements of a file that is one JSON array, gzipped or not, in constant memory.
 *
 * @throws LimbeckError `invalid-record` with line and reason, unless `onBad` says otherwise; `corrupt-file` if the array
 * is cut off or there is none, or gzip is damaged; `data-missing` if there is no file
 */
export function readJson<T = Row>(path: string, options: ReadJsonOptions<T> = {}): RecordReader<T> {
  const format = {
    where: 'readJson',
    unit: 'line',
    expected: 'one JSON value an element',
  } as const;
  const source = () => jsonRecords(path, options);
  return recordReader(format, source, options, deadLetters('readJson', path, options.onBad));
}

/** The elements of a file's array, parsed, some at a time. */
export async function* jsonRecords(
  path: string,
  options: Pick<ReadJsonOptions, 'encoding' | 'maxRecordBytes'>,
): AsyncGenerator<RawRecord[]> {
  const { maxRecordBytes = defaultRecordBytes, encoding } = options;
  checkWhole('readJson', { maxRecordBytes }, 1, 'Leave it out to use the default.');
  const elements = new JsonElements(maxRecordBytes);
  for await (const chunk of readText('readJson', path, encoding)) {
    yield framed(path, () => elements.push(chunk)).map(({ line, bytes, tooLong }) =>
      parsed(path, line, bytes, tooLong ? maxRecordBytes : undefined),
    );
  }
  framed(path, () => elements.end());
}

function framed<T>(path: string, find: () => T): T {
  try {
    return find();
  } catch (cause) {
    throw corrupt('readJson', `${path}: ${(cause as Error).message}`, cause);
  }
}

function parsed(file: string, line: number, bytes: Uint8Array, limit?: number): RawRecord {
  const raw = (): string =>
    new TextDecoder().decode(limit === undefined ? bytes : bytes.subarray(0, 4000));
  try {
    if (limit !== undefined) throw new Error(`the element is longer than ${limit} bytes`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { file, line, raw, value: JSON.parse(text) as unknown };
  } catch (cause) {
    return { file, line, raw, reason: (cause as Error).message, cause };
  }
}
