import { numberFrom, typeOf } from './column-types.js';
import type { Row } from './record-options.js';

/** What a column seems to be for. */
export type ColumnGuess =
  | 'text'
  | 'category'
  | 'number'
  | 'boolean'
  | 'date'
  | 'bytes'
  | 'list'
  | 'object'
  | 'mixed'
  | 'empty';

/** What is known of a column after some records. */
export interface ColumnDescription {
  /** The column. */
  readonly name: string;
  /** What it seems to be for. */
  readonly guess: ColumnGuess;
  /** How many values are of which type. */
  readonly types: { readonly [type: string]: number };
  /** Records in which it is missing, `null` or an empty text. */
  readonly empty: number;
  /** Numbers that are not finite. */
  readonly notFinite: number;
  /** How many different values there are; up to 1,000 are counted. */
  readonly distinct: number;
  /** The commonest values, if it is a category: at most 20, with how often they occur. */
  readonly values?: readonly { readonly value: string; readonly count: number }[];
  /** Characters of texts: half are shorter than `median`. */
  readonly characters?: { readonly median: number; readonly longest: number };
  /** The first few values, shortened. */
  readonly examples: readonly string[];
}

/** More values than these are counted as many. */
const mostDistinct = 1000;

interface Seen {
  types: { [type: string]: number };
  present: number;
  notFinite: number;
  numbers: number;
  spaced: number;
  values: Map<string, number>;
  lengths: number[];
  examples: string[];
}

/** What the columns of some records seem to be. */
export function describeColumns(rows: readonly unknown[]): readonly ColumnDescription[] {
  const columns = new Map<string, Seen>();
  for (const row of rows) {
    const record: Row = typeof row === 'object' && row !== null ? (row as Row) : { value: row };
    for (const [name, value] of Object.entries(record)) {
      const seen = columns.get(name) ?? blank();
      columns.set(name, seen);
      see(seen, value);
    }
  }
  return [...columns].map(([name, seen]) => described(name, seen, rows.length));
}

function blank(): Seen {
  return {
    types: {},
    present: 0,
    notFinite: 0,
    numbers: 0,
    spaced: 0,
    values: new Map(),
    lengths: [],
    examples: [],
  };
}

function see(seen: Seen, value: unknown): void {
  const type = typeOf(value);
  if (type === 'null' || value === '') return;
  seen.present++;
  seen.types[type] = (seen.types[type] ?? 0) + 1;
  if (typeof value === 'number' && !Number.isFinite(value)) seen.notFinite++;
  const text = shown(value);
  if (typeof value === 'string') {
    seen.lengths.push(value.length);
    if (numberFrom(value) !== undefined) seen.numbers++;
    if (/\S\s+\S/.test(value)) seen.spaced++;
  }
  const count = seen.values.get(text);
  if (count !== undefined || seen.values.size < mostDistinct)
    seen.values.set(text, (count ?? 0) + 1);
  if (seen.examples.length < 3)
    seen.examples.push(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'Invalid Date';
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner,
  );
}

function described(name: string, seen: Seen, records: number): ColumnDescription {
  const guess = guessOf(seen);
  const lengths = seen.lengths.toSorted((a, b) => a - b);
  const common = [...seen.values].toSorted(([, a], [, b]) => b - a).slice(0, 20);
  return {
    name,
    guess,
    types: seen.types,
    empty: records - seen.present,
    notFinite: seen.notFinite,
    distinct: seen.values.size,
    ...(guess === 'category' && { values: common.map(([value, count]) => ({ value, count })) }),
    ...(lengths.length > 0 && {
      characters: { median: lengths[lengths.length >> 1]!, longest: lengths.at(-1)! },
    }),
    examples: seen.examples,
  };
}

/** A category has few values that come again and again; a text has spaces in it, and is rarely the same. */
function guessOf(seen: Seen): ColumnGuess {
  const kinds = new Set(
    Object.keys(seen.types).map((type) => (type === 'integer' ? 'number' : type)),
  );
  if (kinds.size === 0) return 'empty';
  if (kinds.size > 1) return 'mixed';
  const [kind] = kinds as Set<'string' | 'number' | Exclude<ColumnGuess, 'text'>>;
  const few = seen.values.size < mostDistinct && seen.values.size <= Math.max(2, seen.present / 5);
  if (kind === 'number') return few && seen.types['number'] === undefined ? 'category' : 'number';
  if (kind !== 'string') return kind!;
  if (few) return 'category';
  return seen.numbers === seen.present ? 'number' : 'text';
}
