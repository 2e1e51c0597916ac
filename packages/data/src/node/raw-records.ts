import type { RawRecord } from '../records/raw-record.js';
import { type ReadCsvOptions, csvRecords } from './csv/read-csv.js';
import { jsonRecords } from './json-array.js';
import { jsonlRecords } from './jsonl.js';
import { parquetRecords, type ReadParquetOptions } from './parquet/read-parquet.js';
import type { RecordFormatName } from './record-format.js';

/** The records of one file, parsed and not yet checked, some at a time. */
export function rawRecords<T>(
  path: string,
  format: Exclude<RecordFormatName, 'texts' | 'hub'>,
  options: ReadCsvOptions<T> & ReadParquetOptions<T>,
): AsyncIterable<readonly RawRecord[]> {
  if (format === 'parquet') return parquetRecords(path, options);
  if (format === 'csv') return csvRecords(path, options);
  if (format === 'tsv') return csvRecords(path, { delimiter: '\t', ...options });
  return format === 'json' ? jsonRecords(path, options) : jsonlRecords(path, options);
}
