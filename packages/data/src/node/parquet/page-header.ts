import type { PageType } from 'hyparquet';
import { Encodings, PageTypes } from 'hyparquet/src/constants.js';
import { ThriftReader } from './thrift.js';

/** An encoding's name. */
export type Encoding = (typeof Encodings)[number];

/** What a page says of itself, and how long that was. */
export interface PageHeader {
  readonly type: PageType;
  /** Bytes of the page as it lies in the file, and unpacked. */
  readonly packedBytes: number;
  readonly bytes: number;
  readonly values: number;
  readonly encoding: Encoding;
  /** Of a page of the second version: how long its levels are, and whether its values are packed. */
  readonly second?: {
    readonly nulls: number;
    readonly repetitionBytes: number;
    readonly definitionBytes: number;
    readonly packed: boolean;
  };
  /** Whether its levels, of the first version, are in the way of writing them that is left. */
  readonly hybridLevels: boolean;
  /** Bytes of the header itself. */
  readonly headerBytes: number;
}

/** Reads a page's header. @throws EndOfBytes if it goes on behind these bytes; Error if it is none */
export function parsePageHeader(bytes: Uint8Array): PageHeader {
  const reader = new ThriftReader(bytes);
  const number = reader.number.bind(reader);
  const header = { type: -1, bytes: -1, packedBytes: -1, values: -1, encoding: -1 };
  const second = { nulls: 0, repetitionBytes: 0, definitionBytes: 0, packed: true };
  let levels: number[] = [];
  reader.struct({
    1: () => (header.type = number()),
    2: () => (header.bytes = number()),
    3: () => (header.packedBytes = number()),
    5: () =>
      reader.field({
        1: () => (header.values = number()),
        2: () => (header.encoding = number()),
        3: () => (levels = [...levels, number()]),
        4: () => (levels = [...levels, number()]),
      }),
    7: () =>
      reader.field({
        1: () => (header.values = number()),
        2: () => (header.encoding = number()),
      }),
    8: () =>
      reader.field({
        1: () => (header.values = number()),
        2: () => (second.nulls = number()),
        4: () => (header.encoding = number()),
        5: () => (second.definitionBytes = number()),
        6: () => (second.repetitionBytes = number()),
        7: () => (second.packed = reader.boolean()),
      }),
  });
  const type = PageTypes[header.type];
  if (type === undefined) throw new Error(`a page of unknown type ${header.type}`);
  const encoding = Encodings[header.encoding];
  if (type !== 'INDEX_PAGE' && (encoding === undefined || header.values < 0)) {
    throw new Error('a page that does not say what is in it');
  }
  if (header.bytes < 0 || header.packedBytes < 0) throw new Error('a page of unknown size');
  const { nulls, repetitionBytes, definitionBytes } = second;
  const wrong = Math.min(nulls, repetitionBytes, definitionBytes) < 0 || nulls > header.values;
  if (
    type === 'DATA_PAGE_V2' &&
    (wrong || repetitionBytes + definitionBytes > header.packedBytes)
  ) {
    throw new Error('a page whose parts do not fit into it');
  }
  return {
    type,
    encoding: encoding ?? 'PLAIN',
    values: header.values,
    bytes: header.bytes,
    packedBytes: header.packedBytes,
    headerBytes: reader.at,
    hybridLevels: levels.every((each) => Encodings[each] === 'RLE'),
    ...(type === 'DATA_PAGE_V2' ? { second } : {}),
  };
}
