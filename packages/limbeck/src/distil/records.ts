import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson, LimbeckError } from '@limbeck/core';
import { readRecords } from '@limbeck/data/node';
import { hashedFile } from '@limbeck/pipeline/node';
import type { DistilData } from './options.js';

/** A record as it was read. */
export type DataRecord = { readonly [column: string]: unknown };

/** Where records come from, settled before the run: a file or folder, or rows that were taken from an iterable. */
export type RecordSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'rows'; readonly rows: readonly DataRecord[] };

/** Records, and what is known of the bad ones once all have been read. */
export interface OpenedRecords {
  readonly records: AsyncIterable<DataRecord>;
  /** How many could not be read, and of the first of them where it stands and why. */
  bad(): { readonly count: number; readonly first?: string };
}

/** Takes iterables in, picking the columns that matter, so that they can be hashed and read again. */
export async function settleSource(
  data: DistilData,
  columns: readonly string[] | undefined,
): Promise<RecordSource> {
  if (typeof data === 'string') return { kind: 'file', path: path.resolve(data) };
  if (!isIterable(data)) {
    throw new LimbeckError('invalid-option', {
      where: 'distil, data',
      given: data === null ? 'null' : typeof data,
      expected: 'a path, or objects to iterate over',
      next: "Pass 'mails.csv', or rows like [{ text, label }].",
    });
  }
  const rows: DataRecord[] = [];
  for await (const row of data) rows.push(pick(row, columns, rows.length));
  return { kind: 'rows', rows };
}

/**
 * The hash of what a source holds: what the run's first step is filed under.
 *
 * @throws LimbeckError `data-missing`, `io-failed`
 */
export async function hashSource(source: RecordSource): Promise<string> {
  const hash = createHash('sha256');
  if (source.kind === 'file') {
    const info = await stat(source.path).catch(() => undefined);
    if (info?.isDirectory() !== true) return (await hashedFile(source.path)).sha256;
    for (const name of await filesIn(source.path)) {
      const file = path.join(source.path, name);
      // Links that lead to a folder or nowhere hold no records.
      const isFile = (await stat(file).catch(() => undefined))?.isFile() === true;
      if (isFile) hash.update(`${name} ${(await hashedFile(file)).sha256}\n`);
    }
    return hash.digest('hex');
  }
  for (const row of source.rows) hash.update(`${hashable(row)}\n`);
  return hash.digest('hex');
}

/** Everything in a folder but folders, by its path with forward slashes, in order. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join('/'))
    .sort();
}

/** Opens a source; bad records go to `deadLetter`, or stop the reading where there is none. */
export function openSource(source: RecordSource, deadLetter: string | undefined): OpenedRecords {
  if (source.kind === 'rows') return { records: each(source.rows), bad: () => ({ count: 0 }) };
  const onBad = deadLetter === undefined ? 'throw' : { deadLetter };
  let first: string | undefined;
  const reader = readRecords<DataRecord>(source.path, {
    onBad,
    onBadRecord: ({ line, reason }) => (first ??= `line ${line}: ${reason}`),
  });
  return {
    records: reader,
    bad: () => ({ count: reader.report().bad, ...(first === undefined ? {} : { first }) }),
  };
}

async function* each(rows: readonly DataRecord[]): AsyncGenerator<DataRecord> {
  yield* rows;
}

function pick(row: unknown, columns: readonly string[] | undefined, at: number): DataRecord {
  if (typeof row !== 'object' || row === null) {
    throw new LimbeckError('invalid-record', {
      where: 'distil, data',
      given: `${row === null ? 'null' : typeof row} as row ${at}`,
      expected: 'an object with the columns of text and label',
      next: 'Pass rows like { text, label }.',
    });
  }
  const record = row as DataRecord;
  // A row without one of the columns is kept whole, so that the error can name what it has.
  if (columns === undefined || !columns.every((column) => column in record)) return { ...record };
  return Object.fromEntries(columns.map((column) => [column, record[column]]));
}

/** A row's canonical JSON; what JSON cannot hold counts by its text. */
function hashable(row: DataRecord): string {
  const plain = Object.entries(row).map(([column, value]) => [
    column,
    typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? null),
  ]);
  return canonicalJson(Object.fromEntries(plain));
}

function isIterable(data: unknown): data is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof data === 'object' &&
    data !== null &&
    (Symbol.iterator in data || Symbol.asyncIterator in data)
  );
}
