import type { DecodedArray, SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import type { RawRecord } from '../../records/raw-record.js';
import { type Int64, ValueFault } from './convert.js';
import type { RowGroup } from './footer.js';
import { LeafReader } from './leaf-reader.js';
import type { ParquetFile } from './parquet-file.js';
import { leafPaths } from './schema-tree.js';
import { Unpacker } from './unpack.js';

/** Rows that are made at a time. */
const mostRows = 1024;

interface Column {
  readonly name: string;
  readonly node: SchemaTree;
  readonly leaves: readonly { readonly path: string; readonly reader: LeafReader }[];
}

/** What {@link groupRows} needs beside the file. */
export interface GroupOptions {
  readonly int64: Int64;
  readonly maxRecordBytes: number;
  /** Rows in the groups before. */
  readonly before: number;
}

/** The rows of a row group, some at a time. @throws Error if its columns do not fit together, or are damaged */
export async function* groupRows(
  parquet: ParquetFile,
  group: RowGroup,
  chosen: readonly SchemaTree[],
  options: GroupOptions,
): AsyncGenerator<RawRecord[]> {
  const columns = openColumns(parquet, group, chosen, options.int64);
  const readers = columns.flatMap(({ leaves }) => leaves.map(({ reader }) => reader));
  for (let done = 0; done < group.rows;) {
    let count = Math.min(mostRows, group.rows - done);
    for (const { name, leaves } of columns) {
      for (const { reader } of leaves) {
        while (reader.ready === 0 && !reader.done) await inColumn(name, async () => reader.fill());
        if (reader.ready === 0)
          throw new Error(`column ${name} ends after ${done} of ${group.rows} rows`);
        count = Math.min(count, reader.ready);
      }
    }
    // What one row takes is less than what its pages do.
    const large =
      readers.reduce((sum, { pageBytes }) => sum + pageBytes, 0) > options.maxRecordBytes;
    const faulty = readers.some((reader) => reader.faulty);
    const values = columns.map((column) => valuesOf(column, count));
    const rows: RawRecord[] = [];
    for (let i = 0; i < count; i++) {
      const value: { [column: string]: unknown } = {};
      for (const [c, { name }] of columns.entries()) {
        const taken = values[c]!;
        value[name] = (taken.values[taken.from + i] as unknown) ?? null;
      }
      const line = options.before + done + i + 1;
      const raw = (): string => rowText(value);
      const reason =
        (faulty ? faultIn(value) : undefined) ??
        (large ? tooLarge(value, options.maxRecordBytes) : undefined);
      rows.push(
        reason === undefined
          ? { file: parquet.path, line, value, raw }
          : { file: parquet.path, line, reason, raw },
      );
    }
    done += count;
    yield rows;
  }
}

function openColumns(
  { file, schema }: ParquetFile,
  group: RowGroup,
  chosen: readonly SchemaTree[],
  int64: Int64,
): readonly Column[] {
  const unpacker = new Unpacker();
  const chunks = new Map(group.columns.map((chunk) => [chunk.path.join('\0'), chunk]));
  const ways = leafPaths(schema);
  return chosen.map((node) => ({
    name: node.element.name,
    node,
    leaves: ways
      .filter((way) => way[1] === node)
      .map((way) => {
        const { path } = way.at(-1)!;
        const chunk = chunks.get(path.join('\0'));
        if (chunk === undefined) throw new Error(`a row group without column ${path.join('.')}`);
        return { path: path.join('.'), reader: new LeafReader(file, chunk, way, unpacker, int64) };
      }),
  }));
}

/** Says in which column something was wrong. */
async function inColumn<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const system = typeof (cause as { readonly code?: unknown }).code === 'string';
    if (system && !String((cause as { readonly code?: unknown }).code).startsWith('Z_'))
      throw cause;
    throw new Error(`column ${name}: ${(cause as Error).message}`, { cause });
  }
}

function valuesOf(
  { node, leaves }: Column,
  count: number,
): { readonly values: DecodedArray; readonly from: number } {
  if (node.children.length === 0) return leaves[0]!.reader.take(count);
  const parts = new Map<string, DecodedArray>();
  for (const { path, reader } of leaves) {
    const { values, from } = reader.take(count);
    parts.set(path, (values as unknown[]).slice(from, from + count));
  }
  assembleNested(parts, node, DEFAULT_PARSERS);
  const values = parts.get(node.element.name);
  if (values === undefined) throw new Error(`column ${node.element.name} does not fit together`);
  withNulls(values as unknown[]);
  return { values, from: 0 };
}

/** Missing lists and structs within others come as `undefined`; everywhere else `null` is what is missing. */
function withNulls(container: unknown[] | { [key: string]: unknown }): void {
  const inner = container as { [key: string]: unknown };
  for (const key of Object.keys(inner)) {
    const value = inner[key];
    if (value === undefined) inner[key] = null;
    else if (typeof value === 'object' && value !== null && isContainer(value)) withNulls(value);
  }
}

function isContainer(value: object): value is unknown[] | { [key: string]: unknown } {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** Why a value, or something in it, could not be read. */
function faultIn(value: unknown): string | undefined {
  if (value instanceof ValueFault) return value.reason;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const reason = faultIn(inner);
    if (reason !== undefined) return /^\d+$/.test(key) ? reason : `${key}: ${reason}`;
  }
  return undefined;
}

function tooLarge(row: object, maxRecordBytes: number): string | undefined {
  return bytesOf(row) > maxRecordBytes
    ? `the record is longer than ${maxRecordBytes} bytes`
    : undefined;
}

/** About how many bytes a value takes. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 8;
  let sum = 0;
  for (const inner of Object.values(value)) sum += bytesOf(inner);
  return sum;
}

/** A row as a person can read it; its bytes are only counted. */
function rowText(row: object): string {
  const text = JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (value instanceof ValueFault) return `(${value.reason})`;
    return value instanceof Uint8Array ? `(${value.length} bytes)` : value;
  });
  return text.length > 2 ** 16 ? text.slice(0, 4000) : text;
}
