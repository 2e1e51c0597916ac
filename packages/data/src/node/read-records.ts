import { LimbeckError } from '@limbeck/core';
import type { RecordReader, Row } from '../records/record-options.js';
import { readCsv, type ReadCsvOptions } from './csv/read-csv.js';
import { readHubFolder, type ReadHubFolderOptions } from './hub/read-hub-folder.js';
import { readJson } from './json-array.js';
import { readJsonl } from './jsonl.js';
import { readLabelledFolder, type ReadLabelledFolderOptions } from './labelled-folder.js';
import { readParquet, type ReadParquetOptions } from './parquet/read-parquet.js';
import { recordFormat, type RecordFormatName } from './record-format.js';

/** Options of {@link readRecords}: those of all readers, of which each format takes its own. */
export interface ReadRecordsOptions<T = Row>
  extends
    ReadCsvOptions<T>,
    ReadParquetOptions<T>,
    ReadLabelledFolderOptions<T>,
    ReadHubFolderOptions<T> {
  /** How the records lie. @defaultValue told by the path's ending, else by the first bytes */
  readonly format?: RecordFormatName;
}

/**
 * Reads records wherever they lie: `.jsonl`, `.json`, `.csv`, `.tsv` and `.parquet` files, gzipped or not, folders of texts
 * with a folder a label, and data sets in the Hugging Face Hub's layout.
 *
 * @throws LimbeckError `empty-data` if the file is empty; `data-missing` if there is none; `invalid-option` if it does not
 * say what it is; and what the format's reader throws
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { readRecords } from '@limbeck/data/node';
 *
 * writeFileSync('mails.csv', 'body,kind\n"Win, now!",spam\nLunch?,ham\nhalf a line\n');
 * const mails = readRecords('mails.csv', { columns: ['body', 'kind'], onBad: 'skip' });
 * for await (const { body, kind } of mails) console.log(kind, body); // spam Win, now!
 * // ham Lunch?
 *
 * console.log(mails.report().bad); // 1
 * ```
 */
export function readRecords<T = Row>(
  path: string,
  options: ReadRecordsOptions<T> = {},
): RecordReader<T> {
  let reader: RecordReader<T> | undefined;
  async function* records(): AsyncGenerator<T> {
    reader = readerOf(path, options.format ?? (await recordFormat('readRecords', path)), options);
    yield* reader;
  }
  const none = { read: 0, bad: 0, share: 0 };
  return Object.assign(records(), { report: () => reader?.report() ?? none });
}

function readerOf<T>(
  path: string,
  format: RecordFormatName,
  options: ReadRecordsOptions<T>,
): RecordReader<T> {
  switch (format) {
    case 'jsonl':
      return readJsonl(path, options);
    case 'json':
      return readJson(path, options);
    case 'csv':
      return readCsv(path, options);
    case 'tsv':
      return readCsv(path, { delimiter: '\t', ...options });
    case 'parquet':
      return readParquet(path, options);
    case 'texts':
      return readLabelledFolder(path, options);
    case 'hub':
      return readHubFolder(path, options);
    default:
      throw new LimbeckError('invalid-option', {
        where: 'readRecords',
        given: `format ${JSON.stringify(format)}`,
        expected: 'jsonl, json, csv, tsv, parquet, texts or hub',
        next: 'Leave it out to have it told by the path.',
      });
  }
}
