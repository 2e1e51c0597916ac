import { DuckDBInstance } from '@duckdb/node-api';

/** Runs statements of DuckDB in memory; answers the rows of the last one, as JSON has them. */
export async function duckdb(...statements: readonly string[]): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) {
      rows = (await connection.runAndReadAll(statement)).getRowObjectsJson();
    }
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A table with every type that the reader knows, `null`s and nested values, for DuckDB to write. */
export const everything = `
  SELECT
    i::INTEGER AS id,
    (i * 1234567)::BIGINT AS big,
    (i % 200)::UTINYINT AS tiny,
    CASE WHEN i % 7 = 0 THEN NULL ELSE 'text ' || (i % 40) || ' ü' END AS text,
    CASE WHEN i % 5 = 0 THEN NULL ELSE i / 3.0 END::DOUBLE AS ratio,
    (i / 7.0)::FLOAT AS single,
    i % 3 = 0 AS flag,
    CASE WHEN i % 4 = 0 THEN NULL WHEN i % 4 = 1 THEN [] ELSE [i, NULL, i + 1] END AS list,
    CASE WHEN i % 6 = 0 THEN NULL ELSE [['a', 'b'], [], NULL, [i::VARCHAR]] END AS lists,
    {'name': 'n' || i, 'inner': {'x': i, 'y': [i, i]}} AS struct,
    CASE WHEN i % 9 = 0 THEN NULL ELSE [{'k': i, 'v': NULL}, {'k': NULL, 'v': 'z'}] END AS structs,
    MAP {'a': i, 'b': i + 1} AS map,
    encode('bytes ' || i) AS blob,
    (DATE '2020-01-01' + i::INTEGER) AS day,
    (TIMESTAMP '2020-01-01 01:02:03.5' + to_seconds(i::BIGINT)) AS moment,
    (i / 4.0)::DECIMAL(9, 2) AS price,
    NULL::VARCHAR AS nothing
  FROM range(ROWS) t(i)`;
