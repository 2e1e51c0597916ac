import { rm } from 'node:fs/promises';
import { LimbeckError } from '@limbeck/core';
import { fileError } from '../errors.js';
import type { Connection, Converter, DuckDb } from './load-duckdb.js';
import type { Query } from './query.js';

/** What a column may hold. Whole numbers beyond 2^53 are bigints, dates and times `Date`, bytes `Uint8Array`. */
export type TableValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | TableValue[]
  | { [field: string]: TableValue };

/** A row: a value a column. */
export type TableRow = { [column: string]: TableValue };

/** A database in memory that spills to the disk. */
export interface Database {
  /** The names of the columns that a query gives. */
  describe(query: Pick<Query, 'sql' | 'values'>): Promise<string[]>;
  /** All rows of a query, in order, some at a time. */
  rows(query: Pick<Query, 'sql' | 'values'>): AsyncGenerator<TableRow>;
  dispose(): Promise<void>;
}

/** Opens one. `spill` is a folder that is not there yet. */
export async function openDatabase(
  duckdb: DuckDb,
  options: { readonly memoryMb: number; readonly threads: number; readonly spill: string },
): Promise<Database> {
  const instance = await duckdb.DuckDBInstance.create(':memory:', {
    memory_limit: `${options.memoryMb}MB`,
    threads: String(options.threads),
    temp_directory: options.spill,
    // Nothing is fetched, whatever a path looks like.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  let disposed = false;
  const convert: Converter<TableValue> = (value, type, recur) => {
    if (typeof value === 'string' || typeof value === 'number') return value;
    if (typeof value === 'bigint')
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    return duckdb.JSDuckDBValueConverter(value, type, recur);
  };
  const bind = (value: Query['values'][number]): unknown => {
    if (Array.isArray(value)) return duckdb.listValue(value as string[]);
    if (value instanceof Date) {
      return new duckdb.DuckDBTimestampValue(BigInt(value.getTime()) * 1000n);
    }
    return value;
  };

  async function* rows(query: Pick<Query, 'sql' | 'values'>): AsyncGenerator<TableRow> {
    if (disposed) throw gone();
    let connection: Connection | undefined;
    try {
      // A connection gives one result at a time.
      connection = await instance.connect();
      const result = await connection.stream(query.sql, query.values.map(bind));
      for await (const some of result.yieldConvertedRowObjects(convert)) yield* some as TableRow[];
    } catch (cause) {
      throw queryError(cause);
    } finally {
      connection?.closeSync();
    }
  }

  return {
    rows,
    async describe({ sql, values }) {
      const names: string[] = [];
      for await (const row of rows({ sql: `DESCRIBE ${sql}`, values })) {
        names.push(row['column_name'] as string);
      }
      return names;
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      instance.closeSync();
      await rm(options.spill, { recursive: true, force: true });
    },
  };
}

function gone(): LimbeckError {
  return new LimbeckError('disposed', {
    where: 'openTable',
    given: 'a table after dispose()',
    expected: 'one that is open',
    next: 'Dispose of it when all rows are read, or open it again.',
  });
}

/** What DuckDB refused, as an error of ours. */
export function queryError(cause: unknown): LimbeckError {
  if (cause instanceof LimbeckError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const given = message.split('\n')[0]!;
  const details = { where: 'openTable', given, cause };
  const says = (words: RegExp): boolean => words.test(message);
  if (says(/No space left|disk quota|max_temp_directory_size/i)) {
    return fileError('openTable', 'a table', Object.assign(new Error(given), { code: 'ENOSPC' }));
  }
  if (says(/^Out of Memory/)) {
    return new LimbeckError('invalid-option', {
      ...details,
      expected: 'more memory than this query needs at least',
      next: 'Pass a larger memoryMb to openTable, or fewer threads.',
    });
  }
  if (says(/^IO Error: (?:No files found|Cannot open)/)) {
    return new LimbeckError('data-missing', {
      ...details,
      expected: 'a file there',
      next: 'Check the path.',
    });
  }
  if (says(/^(?:Conversion|Binder|Out of Range) Error/)) {
    return new LimbeckError('invalid-option', {
      ...details,
      expected: 'values of the type that the column has',
      next: 'Compare numbers with numbers and texts with texts; columns() names the columns.',
    });
  }
  if (says(/^(?:Invalid Input|Invalid|Serialization|IO|INTERNAL) Error/)) {
    return new LimbeckError('corrupt-file', {
      ...details,
      expected: 'a whole file of the kind that its name says',
      next: 'Fetch or write it again.',
    });
  }
  return fileError('openTable', 'DuckDB', cause);
}
