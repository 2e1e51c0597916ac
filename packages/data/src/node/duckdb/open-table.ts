import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkWhole, LimbeckError } from '@limbeck/core';
import { checkNotEmpty } from '../../checks.js';
import { fileError } from '../errors.js';
import { openDatabase, type TableRow } from './database.js';
import { loadDuckDb } from './load-duckdb.js';
import { type Table, tableOf } from './table.js';

/** Options of {@link openTable}. */
export interface OpenTableOptions {
  /** What DuckDB may use of memory, in MB; what does not fit spills to the disk. @defaultValue 192 */
  readonly memoryMb?: number;
  /** How many threads it uses; each needs memory of its own. @defaultValue 2 */
  readonly threads?: number;
  /** Where it spills, into a folder of its own. @defaultValue the system's folder for temporary files */
  readonly spillFolder?: string;
}

const readers: readonly (readonly [pattern: RegExp, sql: string])[] = [
  [/\.parquet$/i, 'read_parquet(?)'],
  [/\.(?:csv|tsv)(?:\.gz)?$/i, 'read_csv(?)'],
  [/\.(?:jsonl|ndjson)(?:\.gz)?$/i, "read_json(?, format = 'newline_delimited')"],
  [/\.json(?:\.gz)?$/i, 'read_json(?)'],
];

/**
 * Parquet, CSV or JSONL files as one table: filtered, joined, sampled, shuffled and written by DuckDB, on the disk where memory
 * does not do. Names and values never become part of a query's text.
 *
 * Needs the package `@duckdb/node-api`, an optional peer. Nothing is fetched.
 *
 * @param paths - one file, or several of one kind with the same columns, in this order
 * @throws LimbeckError `missing-dependency`; `data-missing` for a file that is not there; `invalid-option` for a kind of file
 * that is none of these; `corrupt-file`, here or when it is read, for a damaged one. Methods of the table throw `unknown-name`
 * for columns that it does not have, `duplicate-name`, `disk-full`, `disposed`
 * @example
 * ```ts
 * import { openTable, writeJsonl } from '@limbeck/data/node';
 * import { mkdtemp } from 'node:fs/promises';
 *
 * const folder = await mkdtemp('/tmp/table-');
 * await writeJsonl(`${folder}/a.jsonl`, [{ id: 1, kind: 'spam' }, { id: 2, kind: 'ham' }]);
 * const table = await openTable<{ id: number; kind: string }>(`${folder}/a.jsonl`);
 * for await (const row of table.filter(['kind', '=', 'ham']).rows()) console.log(row.id); // 2
 * await table.dispose();
 * ```
 */
export async function openTable<Row extends object = TableRow>(
  paths: string | readonly string[],
  options: OpenTableOptions = {},
): Promise<Table<Row>> {
  const { memoryMb = 192, threads = 2, spillFolder = os.tmpdir() } = options;
  checkWhole('openTable', { memoryMb, threads }, 1, 'Leave it out to use the default.');
  const files = (typeof paths === 'string' ? [paths] : paths).map((file) => path.resolve(file));
  checkNotEmpty('openTable', files);
  const reader = readerOf(files);
  for (const file of files) {
    await access(file).catch((cause: unknown) => {
      throw fileError('openTable', file, cause);
    });
  }
  const database = await openDatabase(await loadDuckDb(), {
    memoryMb,
    threads,
    spill: path.join(spillFolder, `limbeck-spill-${randomUUID()}`),
  });
  try {
    // In a pattern a class of one character is that character.
    const values = [files.map((file) => file.replaceAll(/[*?[]/g, '[$&]'))];
    const sql = `SELECT * FROM ${reader}`;
    const columns = await database.describe({ sql, values });
    return tableOf<Row>(database, { sql, values, columns });
  } catch (error) {
    await database.dispose();
    throw error;
  }
}

function readerOf(files: readonly string[]): string {
  const found = files.map((file) => readers.find(([pattern]) => pattern.test(file))?.[1]);
  const [first] = found;
  if (first !== undefined && found.every((each) => each === first)) return first;
  throw new LimbeckError('invalid-option', {
    where: 'openTable',
    given: files.map((file) => path.basename(file)).join(', '),
    expected: 'files of one kind: .parquet, .csv, .tsv, .jsonl or .json, gzipped (.gz) or not',
    next: 'Give a file the ending of its kind, and open different kinds as tables of their own.',
  });
}
