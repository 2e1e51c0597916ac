import type { RawRecord } from './raw-record.js';
import type { RecordOptions, RecordReader, Row } from './record-options.js';
import { recordReader } from './record-reader.js';

/** Options of {@link checkRecords}. */
export interface CheckRecordsOptions<T = Row> extends Omit<
  RecordOptions<T>,
  'onBad' | 'maxRecordBytes'
> {
  /** What a bad record does: it is an error, or it is left out. @defaultValue `'throw'` */
  readonly onBad?: 'throw' | 'skip';
  /** What the records are called in messages. @defaultValue `'the records'` */
  readonly name?: string;
}

/**
 * Checks records that are in memory or come from elsewhere as the readers of files check theirs: by `columns` and `schema`.
 *
 * @throws LimbeckError `invalid-record` with the record's number, counted from 1, unless `onBad` says otherwise
 * @example
 * ```ts
 * import { checkRecords } from '@limbeck/data';
 *
 * const rows = [{ text: 'Lunch?', stars: 4 }, { text: 'Win!', stars: Number.NaN }];
 * const checked = checkRecords(rows, { columns: { text: 'string', stars: 'number' }, onBad: 'skip' });
 * for await (const { text } of checked) console.log(text); // Lunch?
 *
 * console.log(checked.report().share); // 0.5
 * ```
 */
export function checkRecords<T = Row>(
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  options: CheckRecordsOptions<T> = {},
): RecordReader<T> {
  const { name = 'the records' } = options;
  async function* source(): AsyncGenerator<RawRecord[]> {
    let line = 0;
    for await (const value of rows) {
      line++;
      yield [{ file: name, line, value, raw: () => shown(value) }];
    }
  }
  const format = { where: 'checkRecords', unit: 'row', expected: 'a record as asked for' } as const;
  return recordReader(format, source, options);
}

function shown(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A cycle or a bigint: the text is only for people.
    return String(value);
  }
}
