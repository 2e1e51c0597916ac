import { rename, rm } from 'node:fs/promises';
import { checkBetween, checkWhole, LimbeckError } from '@limbeck/core';
import { fileError } from '../errors.js';
import { type Condition, conditionSql } from './conditions.js';
import type { Database, TableRow } from './database.js';
import {
  checkColumns,
  checkDifferent,
  freeName,
  list,
  literal,
  type Query,
  quoted,
} from './query.js';

/** How {@link Table.join} joins. */
export interface JoinOptions {
  /** The columns that must be equal: names that both have, or the other's names by this one's. `null` equals nothing. */
  readonly on: string | readonly string[] | { readonly [column: string]: string };
  /**
   * `inner` keeps rows with a partner, one for each; `left` keeps all, without a partner with nulls; `semi` keeps those that
   * have a partner, `anti` those that have none, both without the other's columns. @defaultValue 'inner'
   */
  readonly kind?: 'inner' | 'left' | 'semi' | 'anti';
}

/** So many rows, or so large a share of them. */
export type SampleSize = { readonly rows: number } | { readonly share: number };

/**
 * Rows on the disk, and what is to be done with them: nothing is read before `rows`, `count` or `write`. Each method gives a new
 * table and leaves this one as it is. Rows have an order, that of the files, and keep it unless they are shuffled.
 */
export interface Table<Row extends object = TableRow> {
  /** The names of the columns, in order. */
  readonly columns: readonly string[];
  /** The rows that fulfil all conditions. */
  filter(...conditions: readonly Condition[]): Table<Row>;
  /** These columns alone, in this order; */
  select<Column extends keyof Row & string>(
    ...columns: readonly Column[]
  ): Table<Pick<Row, Column>>;
  /** or under other names: `{ text: 'body' }`. */
  select<Names extends { readonly [column: string]: keyof Row & string }>(
    columns: Names,
  ): Table<{ [K in keyof Names]: Row[Names[K]] }>;
  /** The rows with those of another table, in this one's order, then in the other's. */
  join<Other extends object>(other: Table<Other>, options: JoinOptions): Table<Row & Other>;
  /** Rows at random, in their order; the same for the same seed and the same rows. @defaultValue seed 0 */
  sample(size: SampleSize, seed?: number): Table<Row>;
  /** All rows in an order at random; the same for the same seed and the same rows. @defaultValue seed 0 */
  shuffle(seed?: number): Table<Row>;
  /** How many rows there are. */
  count(): Promise<number>;
  /** The rows, from one on, in memory no more than some thousand at a time. @defaultValue from 0 */
  rows(options?: { readonly from?: number }): AsyncGenerator<Row>;
  /** Writes them as a Parquet file, whole or not at all. */
  write(path: string): Promise<void>;
  /** Lets go of the memory and of what was spilt; tables made of this one are gone too. */
  dispose(): Promise<void>;
}

const queries = new WeakMap<object, Query>();

/** The table of a query. */
export function tableOf<Row extends object>(database: Database, query: Query): Table<Row> {
  const { sql, values, columns } = query;
  const place = quoted(freeName(columns));
  const placed = `SELECT *, row_number() OVER () AS ${place} FROM (${sql})`;
  // A function of seed and place alone, the same in every version. Hashes repeat hardly ever, so ties are broken by place.
  const key = `md5_number(? || ':' || ${place})`;
  const next = <To extends object>(
    text: string,
    more: Query['values'] = values,
    names = columns,
  ): Table<To> => tableOf<To>(database, { sql: text, values: more, columns: names });

  const table: Table<Row> = {
    columns,
    filter(...conditions) {
      const where = conditionSql({ and: conditions }, columns);
      return next(`SELECT * FROM (${sql}) WHERE ${where.sql}`, [...values, ...where.values]);
    },
    select(...given: readonly unknown[]) {
      const [first] = given;
      const names: readonly [string, string][] =
        typeof first === 'object'
          ? Object.entries(first as { readonly [name: string]: string })
          : (given as readonly string[]).map((name) => [name, name]);
      const wanted = names.map(([name]) => name);
      checkColumns(
        'select',
        names.map(([, column]) => column),
        columns,
      );
      checkDifferent('select', wanted);
      if (names.length === 0) checkColumns('select', ['nothing'], columns);
      const chosen = names.map(([name, column]) => `${quoted(column)} AS ${quoted(name)}`);
      return next(`SELECT ${chosen.join(', ')} FROM (${sql})`, values, wanted) as never;
    },
    join<Other extends object>(other: Table<Other>, options: JoinOptions) {
      return next<Row & Other>(...joined(query, queries.get(other)!, options));
    },
    sample(size, seed = 0) {
      checkWhole('sample', { seed }, 0, 'Pass a seed such as 0.');
      const back = `SELECT ${list(columns)} FROM`;
      if ('share' in size) {
        checkBetween('sample', { share: size.share }, 0, 1, 'Use 0.1 for a tenth.');
        if (size.share === 1) return table;
        // Hashes are whole numbers of 128 bits; a limit goes in as two of 64.
        const below = BigInt(Math.floor(size.share * 2 ** 53)) << 75n;
        const words = [below >> 64n, below & (2n ** 64n - 1n)].map(String);
        const test = `${key} < (?::UBIGINT::UHUGEINT << 64) + ?::UBIGINT::UHUGEINT`;
        return next(`${back} (${placed}) WHERE ${test}`, [...values, String(seed), ...words]);
      }
      checkWhole('sample', { rows: size.rows }, 0, 'Pass how many rows to keep.');
      return next(
        `${back} (SELECT * FROM (${placed}) ORDER BY ${key}, ${place} LIMIT ?) ORDER BY ${place}`,
        [...values, String(seed), size.rows],
      );
    },
    shuffle(seed = 0) {
      checkWhole('shuffle', { seed }, 0, 'Pass a seed such as 0.');
      const order = `ORDER BY ${key}, ${place}`;
      return next(`SELECT ${list(columns)} FROM (${placed}) ${order}`, [...values, String(seed)]);
    },
    async count() {
      const counted = database.rows({ sql: `SELECT count(*) AS n FROM (${sql})`, values });
      for await (const { n } of counted) return Number(n);
      return 0;
    },
    rows({ from = 0 } = {}) {
      checkWhole('rows', { from }, 0, 'Leave it out to start at the first.');
      const some = from === 0 ? '' : ' OFFSET ?';
      return database.rows({
        sql: `${sql}${some}`,
        values: from === 0 ? values : [...values, from],
      }) as AsyncGenerator<never>;
    },
    async write(path) {
      const part = `${path}.part`;
      try {
        // The one place where no value may stand: the path is written as a literal.
        const text = `COPY (${sql}) TO ${literal(part)} (FORMAT parquet, ROW_GROUP_SIZE 50000)`;
        for await (const _ of database.rows({ sql: text, values }));
        await rename(part, path);
      } catch (cause) {
        await rm(part, { force: true });
        throw cause instanceof LimbeckError ? cause : fileError('write', path, cause);
      }
    },
    dispose: () => database.dispose(),
  };
  queries.set(table, query);
  return table;
}

/** Text, values and columns of a join. */
function joined(
  left: Query,
  right: Query,
  options: JoinOptions,
): [sql: string, values: Query['values'], columns: readonly string[]] {
  const { on, kind = 'inner' } = options;
  const pairs: readonly [string, string][] =
    typeof on === 'string'
      ? [[on, on]]
      : Array.isArray(on)
        ? (on as readonly string[]).map((name) => [name, name])
        : Object.entries(on as { readonly [column: string]: string });
  const keys = pairs.map(([, name]) => name);
  checkColumns(
    'join',
    pairs.map(([name]) => name),
    left.columns,
  );
  checkColumns('join', keys, right.columns);
  const brought =
    kind === 'semi' || kind === 'anti' ? [] : right.columns.filter((name) => !keys.includes(name));
  const columns = [...left.columns, ...brought];
  const words = { inner: 'JOIN', left: 'LEFT JOIN', semi: 'SEMI JOIN', anti: 'ANTI JOIN' } as const;
  if (pairs.length === 0 || !Object.hasOwn(words, kind)) {
    throw new LimbeckError('invalid-option', {
      where: 'join',
      given: `kind ${JSON.stringify(kind)} on ${pairs.length} columns`,
      expected: `one of ${Object.keys(words).join(', ')}, on at least one column`,
      next: "Pass { on: 'id' }, for example.",
    });
  }
  checkDifferent('join', columns);
  const placeOf = ({ sql, columns: names }: Query): [string, string] => {
    const place = quoted(freeName(names));
    return [`(SELECT *, row_number() OVER () AS ${place} FROM (${sql}))`, place];
  };
  const [l, lPlace] = placeOf(left);
  const [r, rPlace] = placeOf(right);
  const equal = pairs.map(([a, b]) => `l.${quoted(a)} = r.${quoted(b)}`).join(' AND ');
  const chosen = [
    list(left.columns, 'l'),
    ...(brought.length > 0 ? [list(brought, 'r')] : []),
  ].join(', ');
  // A join gives its rows as they come: their order is made again.
  const order = kind === 'inner' || kind === 'left' ? `l.${lPlace}, r.${rPlace}` : `l.${lPlace}`;
  return [
    `SELECT ${chosen} FROM ${l} l ${words[kind]} ${r} r ON ${equal} ORDER BY ${order}`,
    [...left.values, ...right.values],
    columns,
  ];
}
