import zlib from 'node:zlib';
import { checkWhole, LimbeckError } from '@limbeck/core';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Row } from '../../records/record-options.js';
import { writeWhole } from '../write-whole.js';
import { guessSchema, type ParquetSchema, schemaElements } from './column-schema.js';
import { storable } from './column-values.js';

/** Options of {@link writeParquet}. */
export interface WriteParquetOptions {
  /** The columns and their types. @defaultValue guessed from the first row group's rows */
  readonly schema?: ParquetSchema;
  /** How pages are packed. @defaultValue `'snappy'` */
  readonly compression?: 'snappy' | 'gzip' | 'none';
  /** Rows a row group: as many are in memory at a time. @defaultValue 20,000, or what makes 64 MiB of text and bytes */
  readonly groupRows?: number;
  /** What to note in the file, by key. */
  readonly notes?: { readonly [key: string]: string };
}

/** Text and bytes of a row group, at which it ends early. */
const groupBytes = 64 * 2 ** 20;

/**
 * Writes rows as Parquet, a row group at a time; lists are true LISTs, which other tools read as such. The file appears
 * when it is whole.
 *
 * @returns how many rows were written
 * @throws LimbeckError `dtype-mismatch` with column and row if a value does not fit its column; `invalid-data` if a row has a
 * column that the schema has not; `empty-data` if there is neither a row nor a schema; `invalid-option`, `disk-full`,
 * `io-failed`; what `rows` throws passes through
 */
export async function writeParquet(
  path: string,
  rows: Iterable<object> | AsyncIterable<object>,
  options: WriteParquetOptions = {},
): Promise<number> {
  const { groupRows = 20_000, compression = 'snappy' } = options;
  checkWhole('writeParquet', { groupRows }, 1, 'Leave it out to use the default.');
  const codec = ({ snappy: 'SNAPPY', gzip: 'GZIP', none: 'UNCOMPRESSED' } as const)[compression];
  if (codec === undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'writeParquet',
      given: `compression ${JSON.stringify(compression)}`,
      expected: 'snappy, gzip or none',
      next: 'Leave it out for snappy.',
    });
  }
  let written = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let file: OpenFile | undefined =
      options.schema && openFile(options.schema, codec, options.notes);
    for await (const group of grouped(rows as Iterable<Row>, groupRows)) {
      file ??= openFile(guessSchema(group), codec, options.notes);
      await file.writer.write(columnsOf(group, file.schema, written));
      written += group.length;
      yield file.taken();
    }
    if (file === undefined) {
      throw new LimbeckError('empty-data', {
        where: 'writeParquet',
        given: 'no rows',
        expected: 'at least one row, or a schema',
        next: 'Pass schema to write a file without rows.',
      });
    }
    await file.writer.finish();
    yield file.taken();
  }
  await writeWhole('writeParquet', path, chunks());
  return written;
}

interface OpenFile {
  readonly schema: ParquetSchema;
  readonly writer: ParquetWriter;
  /** What was written since the last time. */
  taken(): Uint8Array;
}

function openFile(
  schema: ParquetSchema,
  codec: 'SNAPPY' | 'GZIP' | 'UNCOMPRESSED',
  notes: { readonly [key: string]: string } = {},
): OpenFile {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaElements(schema),
    codec,
    compressors: { GZIP: (input: Uint8Array) => zlib.gzipSync(input) },
    kvMetadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
    createdBy: 'Limbeck',
  });
  const taken = (): Uint8Array => {
    const done = bytes.getBytes().slice();
    bytes.index = 0;
    return done;
  };
  return { schema, writer, taken };
}

async function* grouped(
  rows: Iterable<Row> | AsyncIterable<Row>,
  most: number,
): AsyncGenerator<readonly Row[]> {
  let group: Row[] = [];
  let size = 0;
  for await (const row of rows) {
    group.push(row);
    for (const value of Object.values(row)) {
      size +=
        typeof value === 'string' ? value.length : ArrayBuffer.isView(value) ? value.byteLength : 8;
    }
    if (group.length < most && size < groupBytes) continue;
    yield group;
    [group, size] = [[], 0];
  }
  if (group.length > 0) yield group;
}

function columnsOf(
  group: readonly Row[],
  schema: ParquetSchema,
  before: number,
): Parameters<ParquetWriter['write']>[0] {
  group.forEach((row, i) => {
    const extra = Object.keys(row).find((name) => !Object.hasOwn(schema, name));
    if (extra === undefined) return;
    throw new LimbeckError('invalid-data', {
      where: 'writeParquet',
      given: `row ${before + i} with a column ${JSON.stringify(extra)}`,
      expected: `the columns ${Object.keys(schema).join(', ')}`,
      next: 'Name all columns that there may be in schema.',
    });
  });
  const columnData = Object.entries(schema).map(([name, type]) => ({
    name,
    data: group.map((row, i) =>
      storable(row[name], type, () => `column ${JSON.stringify(name)} of row ${before + i}`),
    ),
  }));
  return { columnData, rowGroupSize: group.length };
}
