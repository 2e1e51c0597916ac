import { LimbeckError } from '@limbeck/core';

/** Makes a value of JavaScript's of one of DuckDB's. */
export type Converter<To> = (value: unknown, type: unknown, recur: Converter<To>) => To | null;

/** As much of a connection of `@duckdb/node-api` as is used here. */
export interface Connection {
  stream(
    sql: string,
    values: unknown[],
  ): Promise<{
    yieldConvertedRowObjects<To>(
      converter: Converter<To>,
    ): AsyncIterable<{ [column: string]: To | null }[]>;
  }>;
  closeSync(): void;
}

/** As much of `@duckdb/node-api` as is used here: who reads our types need not have it. */
export interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: { [name: string]: string },
    ): Promise<{ connect(): Promise<Connection>; closeSync(): void }>;
  };
  readonly DuckDBTimestampValue: new (microseconds: bigint) => unknown;
  readonly JSDuckDBValueConverter: <To>(
    value: unknown,
    type: unknown,
    recur: Converter<To>,
  ) => To | null;
  readonly listValue: (items: readonly string[]) => unknown;
}

/** Loads the optional peer. @throws LimbeckError `missing-dependency` */
export async function loadDuckDb(
  load: () => Promise<unknown> = () => import('@duckdb/node-api'),
): Promise<DuckDb> {
  try {
    return (await load()) as DuckDb;
  } catch (cause) {
    throw new LimbeckError('missing-dependency', {
      where: 'openTable',
      given: 'a machine without @duckdb/node-api, or one that it does not load on',
      expected: 'the package @duckdb/node-api',
      next: 'Install it: npm install @duckdb/node-api.',
      cause,
    });
  }
}
