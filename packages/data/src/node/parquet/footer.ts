import type { CompressionCodec, ParquetType, SchemaElement } from 'hyparquet';
import {
  CompressionCodecs,
  ConvertedTypes,
  FieldRepetitionTypes,
  ParquetTypes,
} from 'hyparquet/src/constants.js';
import { ThriftReader } from './thrift.js';

/** Where a column's pages lie in a row group. */
export interface ColumnChunk {
  readonly path: readonly string[];
  readonly type: ParquetType;
  readonly codec: CompressionCodec;
  /** The first byte of its pages, and the one behind the last. */
  readonly start: number;
  readonly end: number;
}

/** Some rows of a file. */
export interface RowGroup {
  readonly rows: number;
  readonly columns: readonly ColumnChunk[];
}

/** What a Parquet file says of itself. */
export interface Footer {
  readonly rows: number;
  readonly elements: readonly SchemaElement[];
  readonly groups: readonly RowGroup[];
  /** What its writer added, by key. */
  readonly notes: { readonly [key: string]: string };
}

/**
 * Reads a file's metadata, and checks them against the file's size.
 *
 * @param bytes - the metadata alone
 * @param dataEnd - where the data end, in bytes from the file's start
 * @throws Error that says what does not hold together
 */
export function parseFooter(bytes: Uint8Array, dataEnd: number): Footer {
  const reader = new ThriftReader(bytes);
  const footer = { rows: -1, elements: [] as SchemaElement[], groups: [] as RowGroup[] };
  const notes: { [key: string]: string } = {};
  reader.struct({
    2: () => (footer.elements = reader.list(() => element(reader))),
    3: () => (footer.rows = reader.number()),
    4: () => (footer.groups = reader.list(() => rowGroup(reader, dataEnd))),
    5: () =>
      reader.list(() => {
        const note = { key: '', value: '' };
        reader.field({
          1: () => (note.key = reader.text()),
          2: () => (note.value = reader.text()),
        });
        if (note.key !== '__proto__') notes[note.key] = note.value;
      }),
    8: () => {
      throw new Error('it is encrypted, which is not read here');
    },
  });
  const { rows, elements, groups } = footer;
  const counted = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== counted) throw new Error(`${rows} rows in all, but ${counted} in its row groups`);
  const packed = groups
    .flatMap(({ columns }) => columns)
    .reduce((sum, { start, end }) => sum + end - start, 0);
  if (packed > dataEnd) throw new Error(`columns of ${packed} bytes in ${dataEnd}`);
  return { rows, elements, groups, notes };
}

function named<T>(what: string, names: readonly T[], index: number): T {
  const name = names[index];
  if (name === undefined) throw new Error(`an unknown ${what}, ${index}`);
  return name;
}

function element(reader: ThriftReader): SchemaElement {
  const found: { -readonly [Key in keyof SchemaElement]?: SchemaElement[Key] } = {};
  reader.field({
    1: () => (found.type = named('type', ParquetTypes, reader.number())),
    2: () => (found.type_length = reader.number()),
    3: () => (found.repetition_type = named('repetition', FieldRepetitionTypes, reader.number())),
    4: () => (found.name = reader.text()),
    5: () => (found.num_children = reader.number()),
    6: () => (found.converted_type = named('converted type', ConvertedTypes, reader.number())),
    7: () => (found.scale = reader.number()),
    8: () => (found.precision = reader.number()),
    10: () => logicalType(reader, found),
  });
  const { name } = found;
  if (name === undefined) throw new Error('a column without a name');
  return { ...found, name };
}

/** Logical types that have an older name take it, so that one name is left to look at. */
function logicalType(reader: ThriftReader, found: Partial<SchemaElement>): void {
  const older = (name: NonNullable<SchemaElement['converted_type']>) => () => {
    reader.mark();
    found.converted_type ??= name;
  };
  reader.field({
    1: older('UTF8'),
    2: older('MAP'),
    3: older('LIST'),
    4: older('ENUM'),
    5: () => {
      reader.field({
        1: () => (found.scale = reader.number()),
        2: () => (found.precision = reader.number()),
      });
      found.converted_type ??= 'DECIMAL';
    },
    6: older('DATE'),
    8: () =>
      (found.logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: timeUnit(reader) }),
    10: () => {
      const integer = { type: 'INTEGER' as const, bitWidth: 0, isSigned: true };
      reader.field({
        1: () => (integer.bitWidth = reader.number()),
        2: () => (integer.isSigned = reader.boolean()),
      });
      found.logical_type = integer;
    },
    12: older('JSON'),
    14: () => {
      reader.mark();
      found.logical_type = { type: 'UUID' };
    },
    15: () => {
      reader.mark();
      found.logical_type = { type: 'FLOAT16' };
    },
    16: () => {
      throw new Error('a column of type VARIANT, which is not read here');
    },
  });
}

function timeUnit(reader: ThriftReader): 'MILLIS' | 'MICROS' | 'NANOS' {
  let unit: 'MILLIS' | 'MICROS' | 'NANOS' | undefined;
  const is = (name: NonNullable<typeof unit>) => () => {
    reader.mark();
    unit = name;
  };
  reader.field({ 2: () => reader.field({ 1: is('MILLIS'), 2: is('MICROS'), 3: is('NANOS') }) });
  if (unit === undefined) throw new Error('a time of unknown unit');
  return unit;
}

function rowGroup(reader: ThriftReader, dataEnd: number): RowGroup {
  let rows = -1;
  let columns: ColumnChunk[] = [];
  reader.field({
    1: () => (columns = reader.list(() => columnChunk(reader, dataEnd))),
    3: () => (rows = reader.number()),
  });
  if (rows < 0) throw new Error(`a row group of ${rows} rows`);
  return { rows, columns };
}

function columnChunk(reader: ThriftReader, dataEnd: number): ColumnChunk {
  let path: string[] | undefined;
  let type: ParquetType | undefined;
  let codec: CompressionCodec | undefined;
  let [size, data, dictionary] = [-1, -1, 0];
  reader.field({
    1: () => {
      throw new Error(`a column that lies in another file, ${reader.text()}`);
    },
    3: () =>
      reader.field({
        1: () => (type = named('type', ParquetTypes, reader.number())),
        3: () => (path = reader.list(() => reader.text())),
        4: () => (codec = named('compression', CompressionCodecs, reader.number())),
        7: () => (size = reader.number()),
        9: () => (data = reader.number()),
        11: () => (dictionary = reader.number()),
      }),
    8: () => {
      throw new Error('a column that is encrypted, which is not read here');
    },
  });
  if (path === undefined || type === undefined || codec === undefined) {
    throw new Error('a column that does not say what it is');
  }
  // A dictionary that is said to lie at 0, or behind the data, is none: some writers leave rubbish there.
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  const end = start + size;
  if (start < 4 || size < 0 || end > dataEnd) {
    throw new Error(`column ${path.join('.')} from byte ${start} to ${end} of ${dataEnd}`);
  }
  return { path, type, codec, start, end };
}
