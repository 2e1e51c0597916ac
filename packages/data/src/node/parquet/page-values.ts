import type { DecodedArray, ParquetType } from 'hyparquet';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import type { Encoding } from './page-header.js';
import { readRuns } from './runs.js';

/** Values as they are encoded: numbers, bytes, or indices into a dictionary. */
export interface EncodedValues {
  readonly values: DecodedArray;
  /** Whether `values` are indices. */
  readonly indices: boolean;
}

/**
 * Reads so many values from a place of a page to its end. That the bytes are enough for them is known before there is an
 * array for them.
 *
 * @throws Error if they are not, or the encoding is unknown
 */
export function readValues(
  page: Uint8Array,
  at: number,
  encoding: Encoding,
  type: ParquetType,
  length: number | undefined,
  count: number,
): EncodedValues {
  if (count === 0) return { values: [], indices: false };
  const left = page.length - at;
  if (encoding === 'PLAIN') return plain(readPlainValues(page, at, type, length, count));
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
    if (left < 1) throw new Error('a page without indices');
    return { values: readRuns(page, at + 1, page.length, page[at]!, count), indices: true };
  }
  if (encoding === 'RLE') {
    if (type !== 'BOOLEAN' || left < 4) throw new Error('runs of something else than booleans');
    const size = new DataView(page.buffer, page.byteOffset + at).getUint32(0, true);
    if (size > left - 4) throw new Error(`runs of ${size} bytes in ${left - 4}`);
    return plain(readRuns(page, at + 4, at + 4 + size, 1, count).map((bit) => bit === 1));
  }
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at };
  if (encoding === 'BYTE_STREAM_SPLIT') {
    const width = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8 }[type as string] ?? length ?? 0;
    if (width * count !== left) throw new Error(`${count} values of ${width} bytes in ${left}`);
    return plain(byteStreamSplit(reader, count, type, length));
  }
  if (encoding === 'DELTA_BINARY_PACKED') {
    const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
    readDeltas(reader, count, values);
    return plain(values);
  }
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') {
    const lengths = new Int32Array(count);
    readDeltas(reader, count, lengths);
    return plain(cut(page, reader.offset, lengths));
  }
  if (encoding === 'DELTA_BYTE_ARRAY') return plain(readFrontCoded(page, reader, count));
  throw new Error(`encoding ${encoding}, which is not read here`);
}

function plain(values: DecodedArray): EncodedValues {
  return { values, indices: false };
}

type Reader = { readonly view: DataView; offset: number };

/** Bytes that a value takes at least. */
const bytesOf: { readonly [Type in ParquetType]: number } = {
  BOOLEAN: 1 / 8,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 4,
  FIXED_LEN_BYTE_ARRAY: 1,
};

/** Values one after the other, from a place of a page on. */
export function readPlainValues(
  page: Uint8Array,
  at: number,
  type: ParquetType,
  length: number | undefined,
  count: number,
): DecodedArray {
  const left = page.length - at;
  const least = count * (type === 'FIXED_LEN_BYTE_ARRAY' ? (length ?? 1) : bytesOf[type]);
  if (least > left) throw new Error(`${count} values of type ${type} in ${left} bytes`);
  if (type !== 'BYTE_ARRAY') {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    return readPlain({ view, offset: at }, type, count, length);
  }
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  const values = Array.from<Uint8Array>({ length: count });
  for (let i = 0; i < count; i++) {
    const size = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : Infinity;
    if (size > bytes.length - at - 4) throw new Error('a value that ends behind its page');
    values[i] = bytes.subarray(at + 4, at + 4 + size);
    at += 4 + size;
  }
  return values;
}

/** Differences in blocks; the head says how many values there are, and how they are cut up. */
function readDeltas(reader: Reader, count: number, values: Int32Array | BigInt64Array): void {
  const start = reader.offset;
  const head = { view: reader.view, offset: start };
  const [block, parts, total] = [varint(head), varint(head), varint(head)];
  const rightBlock = block > 0 && block <= 2 ** 16 && block % 128 === 0;
  if (!rightBlock || parts < 1 || block % (32 * parts) !== 0 || total !== count) {
    throw new Error(`differences of ${total} values in blocks of ${block} by ${parts}`);
  }
  deltaBinaryUnpack(reader, count, values);
}

function varint(reader: Reader): number {
  let [value, shift] = [0, 0];
  for (let byte = 0x80; byte >= 0x80; shift += 7) {
    if (shift > 28) throw new Error('a number of more than five bytes');
    byte = reader.view.getUint8(reader.offset++);
    value += (byte & 0x7f) * 2 ** shift;
  }
  return value;
}

function cut(page: Uint8Array, at: number, lengths: Int32Array): Uint8Array[] {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  return Array.from(lengths, (length) => {
    if (length < 0 || length > bytes.length - at)
      throw new Error('a value that ends behind its page');
    at += length;
    return bytes.subarray(at - length, at);
  });
}

/** Values that share their beginnings with the one before. Together they may be much longer than the page. */
function readFrontCoded(page: Uint8Array, reader: Reader, count: number): Uint8Array[] {
  const shared = new Int32Array(count);
  readDeltas(reader, count, shared);
  const lengths = new Int32Array(count);
  readDeltas(reader, count, lengths);
  const ends = cut(page, reader.offset, lengths);
  let before = 0;
  let all = 0;
  for (let i = 0; i < count; i++) {
    if (shared[i]! < 0 || shared[i]! > before)
      throw new Error('a value that shares more than there is');
    before = shared[i]! + lengths[i]!;
    all += before;
  }
  if (all > 64 * page.length + 2 ** 20) throw new Error(`values of ${all} bytes in ${page.length}`);
  for (let i = 0; i < count; i++) {
    if (shared[i]! > 0) ends[i] = Buffer.concat([ends[i - 1]!.subarray(0, shared[i]), ends[i]!]);
  }
  return ends;
}
