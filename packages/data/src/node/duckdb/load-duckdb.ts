import { LimbeckError } from '@limbeck/core';
import type * as DuckDbApi from '@duckdb/node-api';

/** What `@duckdb/node-api` exports. */
export type DuckDb = typeof DuckDbApi;

/** Loads the optional peer. @throws LimbeckError `missing-dependency` */
export async function loadDuckDb(
  load: () => Promise<DuckDb> = () => import('@duckdb/node-api'),
): Promise<DuckDb> {
  try {
    return await load();
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
