import { LimbeckError } from '@limbeck/core';
import { writeCsv, type WriteCsvOptions } from './csv/write-csv.js';
import { writeJsonl } from './jsonl.js';
import { writeParquet, type WriteParquetOptions } from './parquet/write-parquet.js';
import { formatByName } from './record-format.js';

/** Options of {@link writeRecords}: those of all writers, of which each format takes its own. */
export interface WriteRecordsOptions extends WriteCsvOptions, WriteParquetOptions {}

/**
 * Writes records as the path's ending says: `.jsonl`, `.csv`, `.tsv`, each gzipped if `.gz` follows, or `.parquet`. The file
 * appears when it is whole.
 *
 * @returns how many records were written
 * @throws LimbeckError `invalid-option` if the ending says none of these; and what the format's writer throws
 */
export async function writeRecords(
  path: string,
  rows: Iterable<object> | AsyncIterable<object>,
  options: WriteRecordsOptions = {},
): Promise<number> {
  const format = formatByName(path);
  if (format === 'jsonl') return writeJsonl(path, rows, options);
  if (format === 'csv' || format === 'tsv') return writeCsv(path, rows, options);
  if (format === 'parquet' && path.endsWith('.parquet')) return writeParquet(path, rows, options);
  throw new LimbeckError('invalid-option', {
    where: 'writeRecords',
    given: path,
    expected: 'a path that ends in .jsonl, .csv or .tsv, with .gz or without, or in .parquet',
    next: 'Rename it.',
  });
}
