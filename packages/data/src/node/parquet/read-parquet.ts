import { checkWhole, LimbeckError } from '@limbeck/core';
import type { SchemaTree } from 'hyparquet';
import { wantedColumns } from '../../records/check-record.js';
import type { RawRecord } from '../../records/raw-record.js';
import {
  defaultRecordBytes,
  type RecordOptions,
  type RecordReader,
  type Row,
} from '../../records/record-options.js';
import { recordReader } from '../../records/record-reader.js';
import { deadLetters } from '../dead-letters.js';
import { openParquet, parquetError } from './parquet-file.js';
import { groupRows } from './group-rows.js';

/** Options of {@link readParquet}. */
export interface ReadParquetOptions<T = Row> extends RecordOptions<T> {
  /**
   * How whole numbers of 64 bits come out. A record with one that no number holds exactly is a bad one, unless they come
   * out as bigints. @defaultValue `'number'`
   */
  readonly int64?: 'number' | 'bigint';
}

/**
 * Reads the rows of a Parquet file, page by page: of each column that is wanted, one page is in memory at a time. Lists
 * are arrays, structs and maps objects, dates and times `Date`s, decimals numbers, bytes `Uint8Array`s, JSON what it stands
 * for; `null` is what is missing. All compressions but LZO are read. Nothing in the file is believed before it is checked
 * against the file's size.
 *
 * @throws LimbeckError `corrupt-file` if the file is cut off or damaged; `invalid-record` with the row's number if a text is
 * not UTF-8 or `schema` refuses it, unless `onBad` says otherwise; `unknown-name` if a wanted column is missing;
 * `data-missing`, `io-failed`, `invalid-option`
 */
export function readParquet<T = Row>(
  path: string,
  options: ReadParquetOptions<T> = {},
): RecordReader<T> {
  const format = {
    where: 'readParquet',
    unit: 'row',
    expected: 'values that can be read',
  } as const;
  const source = () => parquetRecords(path, options);
  return recordReader(format, source, options, deadLetters('readParquet', path, options.onBad));
}

/** The rows of a Parquet file, some at a time. */
export async function* parquetRecords<T>(
  path: string,
  options: ReadParquetOptions<T>,
): AsyncGenerator<RawRecord[]> {
  const { maxRecordBytes = defaultRecordBytes, int64 = 'number' } = options;
  checkWhole('readParquet', { maxRecordBytes }, 1, 'Leave it out to use the default.');
  const wanted = wantedColumns(options.columns);
  const parquet = await openParquet('readParquet', path);
  try {
    const chosen = chosenColumns(path, parquet.schema, wanted);
    let before = 0;
    for (const group of parquet.footer.groups) {
      const rows = groupRows(parquet, group, chosen, { int64, maxRecordBytes, before });
      before += group.rows;
      for (;;) {
        // What the reader throws is of this file; what its consumer does is not.
        const next = await rows.next().catch((cause: unknown) => {
          throw parquetError('readParquet', path, cause);
        });
        if (next.done === true) break;
        yield next.value;
      }
    }
  } finally {
    await parquet.close();
  }
}

function chosenColumns(
  path: string,
  schema: SchemaTree,
  wanted: readonly string[] | undefined,
): readonly SchemaTree[] {
  if (wanted === undefined) return schema.children;
  const names = schema.children.map(({ element }) => element.name);
  return wanted.map((name) => {
    const found = schema.children.find(({ element }) => element.name === name);
    if (found !== undefined) return found;
    throw new LimbeckError('unknown-name', {
      where: 'readParquet',
      given: `column ${JSON.stringify(name)}, which ${path} does not have`,
      expected: `one of ${names
        .slice(0, 50)
        .map((each) => JSON.stringify(each))
        .join(', ')}`,
      next: 'Correct the name.',
    });
  });
}
