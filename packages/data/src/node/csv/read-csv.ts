import { checkWhole, LimbeckError } from '@limbeck/core';
import { wantedColumns } from '../../records/check-record.js';
import type { RawRecord } from '../../records/raw-record.js';
import {
  defaultRecordBytes,
  type RecordOptions,
  type RecordReader,
  type Row,
} from '../../records/record-options.js';
import { recordReader } from '../../records/record-reader.js';
import { readText, type TextEncoding } from '../bytes.js';
import { deadLetters } from '../dead-letters.js';
import { type CsvRecord, CsvRecords } from './csv-records.js';

/** Options of {@link readCsv}. */
export interface ReadCsvOptions<T = Row> extends RecordOptions<T> {
  /** What stands between cells. @defaultValue a tab if the path ends in `.tsv` or `.tab`, gzipped or not; else a comma */
  readonly delimiter?: string;
  /** What stands around cells that hold a delimiter, a line end or it; `false` if it means nothing. @defaultValue `'"'` */
  readonly quote?: string | false;
  /** The columns' names, of a file whose first line is a record already. @defaultValue they stand in the first line */
  readonly header?: readonly string[];
  /** How bytes stand for text. @defaultValue `'utf-8'`, of which nothing else passes */
  readonly encoding?: TextEncoding;
}

/**
 * Reads the records of a CSV or TSV file as RFC 4180 has them, gzipped or not and in constant memory: quoted cells with
 * line ends, any kind of line end, a byte order mark; empty lines are skipped. Cells are texts, unless `columns` gives
 * their types.
 *
 * @throws LimbeckError `invalid-record` with line and reason, unless `onBad` says otherwise: cells too few or too many,
 * stray quotes, bytes that are no UTF-8; `unknown-name` if a wanted column is missing; `duplicate-name` if two have one
 * name; `data-missing`, `corrupt-file`, `invalid-option`
 */
export function readCsv<T = Row>(path: string, options: ReadCsvOptions<T> = {}): RecordReader<T> {
  const format = {
    where: 'readCsv',
    unit: 'line',
    expected:
      'a record as the others, with quotes around cells that hold quotes, and these doubled',
    hint: 'pass quote: false if quotes mean nothing in this file, encoding if it is no UTF-8',
    text: true,
  } as const;
  const source = () => csvRecords(path, options);
  return recordReader(format, source, options, deadLetters('readCsv', path, options.onBad));
}

/** The records of a CSV file by their columns, some at a time. */
export async function* csvRecords<T>(
  path: string,
  options: ReadCsvOptions<T>,
): AsyncGenerator<RawRecord[]> {
  const { maxRecordBytes = defaultRecordBytes, encoding, header, quote = '"' } = options;
  const { delimiter = /\.(tsv|tab)(\.gz)?$/i.test(path) ? '\t' : ',' } = options;
  checkWhole('readCsv', { maxRecordBytes }, 1, 'Leave it out to use the default.');
  checkCharacters(delimiter, quote);
  const wanted = wantedColumns(options.columns);
  let names = header === undefined ? undefined : checkHeader(path, header, wanted);
  const width = names === undefined ? {} : { width: names.length };
  const records = new CsvRecords({ delimiter, quote, maxRecordBytes, ...width });
  const rows = (some: readonly CsvRecord[]): RawRecord[] => {
    if (names === undefined && some.length > 0) {
      const { cells, reason } = some[0]!;
      if (reason !== undefined) throw badHeader(path, `its first line (${reason})`);
      names = checkHeader(path, cells, wanted);
      return rows(some.slice(1));
    }
    return some.map((record) => rowOf(path, names!, record));
  };
  for await (const chunk of readText('readCsv', path, encoding)) yield rows(records.push(chunk));
  yield rows(await records.end());
}

function rowOf(file: string, names: readonly string[], record: CsvRecord): RawRecord {
  const { line, cells, reason, raw } = record;
  if (reason !== undefined) return { file, line, reason, raw };
  const value: { [column: string]: string } = {};
  for (let i = 0; i < names.length; i++) value[names[i]!] = cells[i]!;
  return { file, line, value, raw };
}

function checkCharacters(delimiter: string, quote: string | false): void {
  const right = (value: string): boolean => value.length === 1 && !/[\r\n]/.test(value);
  if (right(delimiter) && (quote === false || (right(quote) && quote !== delimiter))) return;
  throw new LimbeckError('invalid-option', {
    where: 'readCsv',
    given: `delimiter ${JSON.stringify(delimiter)} and quote ${JSON.stringify(quote)}`,
    expected: 'two different characters that end no line',
    next: 'Leave both out for a comma and double quotes; "\\t" is a tab.',
  });
}

function checkHeader(
  path: string,
  names: readonly string[],
  wanted: readonly string[] | undefined,
): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new LimbeckError('duplicate-name', {
      where: 'readCsv',
      given: `${path} with two columns named ${JSON.stringify(twice)}`,
      expected: 'a name for each column',
      next: 'Rename one in the first line.',
    });
  }
  if (names.length === 0 || names.includes('__proto__')) {
    throw badHeader(path, `the columns ${JSON.stringify(names)}`);
  }
  const missing = wanted?.find((name) => !names.includes(name));
  if (missing === undefined) return names;
  throw new LimbeckError('unknown-name', {
    where: 'readCsv',
    given: `column ${JSON.stringify(missing)}, which ${path} does not have`,
    expected: `one of ${names
      .slice(0, 50)
      .map((name) => JSON.stringify(name))
      .join(', ')}`,
    next: 'Correct the name; if the first line is a record already, name the columns by header.',
  });
}

function badHeader(path: string, given: string): LimbeckError {
  return new LimbeckError('invalid-record', {
    where: 'readCsv',
    given: `${path}: ${given}`,
    expected: 'the names of the columns',
    next: 'Correct the first line; if it is a record already, name the columns by header.',
  });
}
