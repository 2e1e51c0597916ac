import { LimbeckError } from '@limbeck/core';
import type { Row } from '../../records/record-options.js';
import { rowTexts, writeWhole } from '../write-whole.js';

/** Options of {@link writeCsv}. */
export interface WriteCsvOptions {
  /** The columns, in order. @defaultValue those of the first row */
  readonly columns?: readonly string[];
  /** What stands between cells. @defaultValue a tab if the path ends in `.tsv` or `.tab`, gzipped or not; else a comma */
  readonly delimiter?: string;
  /** Whether to compress. @defaultValue whether the path ends in `.gz` */
  readonly gzip?: boolean;
}

/**
 * Writes rows as CSV or TSV: the columns' names, then a row a line, with quotes where RFC 4180 needs them. Empty cells
 * stand for `null` and `undefined`, ISO 8601 for dates. The file appears when it is whole.
 *
 * @returns how many rows were written
 * @throws LimbeckError `invalid-data` if a row has a column that the first one has not, or a value that is no text, number,
 * boolean or date; `non-finite-data`; `disk-full`, `io-failed`; what `rows` throws passes through
 */
export async function writeCsv(
  path: string,
  rows: Iterable<object> | AsyncIterable<object>,
  options: WriteCsvOptions = {},
): Promise<number> {
  const {
    delimiter = /\.(tsv|tab)(\.gz)?$/i.test(path) ? '\t' : ',',
    gzip = path.endsWith('.gz'),
  } = options;
  const quoted = (text: string): string =>
    /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  // A line that is empty would be none.
  const line = (cells: readonly string[]): string =>
    `${cells.length === 1 && cells[0] === '' ? '""' : cells.map(quoted).join(delimiter)}\n`;
  let names = options.columns;
  let written = 0;
  const text = (row: Row, index: number): string => {
    const header = names ?? Object.keys(row);
    names = header;
    const other = Object.keys(row).find((name) => !header.includes(name));
    if (other !== undefined && options.columns === undefined) {
      throw new LimbeckError('invalid-data', {
        where: 'writeCsv',
        given: `row ${index} with a column ${JSON.stringify(other)}`,
        expected: `the columns of the first row, ${header.join(', ')}`,
        next: 'Name all columns that there may be by columns.',
      });
    }
    const cells = header.map((name) => cell(row[name], name, index));
    return (index === 0 ? line(header) : '') + line(cells);
  };
  const texts = async function* (): AsyncGenerator<string> {
    yield* rowTexts(rows as Iterable<Row>, text, (count) => (written = count));
    if (written === 0 && names !== undefined) yield line(names);
  };
  await writeWhole('writeCsv', path, texts(), gzip);
  return written;
}

function cell(value: unknown, column: string, row: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new LimbeckError('non-finite-data', {
      where: 'writeCsv',
      given: `${value} in column ${JSON.stringify(column)} of row ${row}`,
      expected: 'finite numbers',
      next: 'Write null for a value that there is none of.',
    });
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return String(value);
  }
  throw new LimbeckError('invalid-data', {
    where: 'writeCsv',
    given: `a value of type ${typeof value} in column ${JSON.stringify(column)} of row ${row}`,
    expected: 'text, numbers, booleans, dates or null',
    next: 'Write JSONL or Parquet, or make a text of it.',
  });
}
