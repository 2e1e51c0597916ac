import { LimbeckError, type Provenance } from '@limbeck/core';
import { crc32 } from './crc32.js';
import { corrupt } from './errors.js';

/** What a signal file says of itself. */
export interface SignalHeader {
  readonly formatVersion: 1;
  readonly provenance: Provenance;
  /** How long each vector is, in the order in which a record holds them. */
  readonly widths: { readonly [name: string]: number };
}

// A file is: these 8 bytes, the header's length (uint32), its CRC (uint32), the header as JSON, then records.
// A record is: the key's 32 bytes, every vector as float32, and a CRC of both (uint32). All little-endian.
const magic = Buffer.from('LIMBSIG\n');
const prefixBytes = magic.length + 8;
const largestHeader = 2 ** 20;

/** How many bytes a record takes. */
export function recordBytes(widths: SignalHeader['widths']): number {
  return 32 + 4 * Object.values(widths).reduce((sum, width) => sum + width, 0) + 4;
}

/** The bytes before the first record. */
export function encodeHeader(header: SignalHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt32LE(json.length, magic.length);
  prefix.writeUInt32LE(crc32(json), magic.length + 4);
  return Buffer.concat([prefix, json]);
}

/**
 * The header of a file and where its records begin.
 *
 * @throws LimbeckError `corrupt-file`, `format-too-new`
 */
export function decodeHeader(
  path: string,
  fileBytes: number,
  read: (start: number, length: number) => Buffer,
): { readonly header: SignalHeader; readonly end: number } {
  const where = 'openSignalStore';
  const prefix = read(0, Math.min(prefixBytes, fileBytes));
  if (prefix.length < prefixBytes || !prefix.subarray(0, magic.length).equals(magic)) {
    throw corrupt(where, `${path}, which does not begin as a signal file`);
  }
  const length = prefix.readUInt32LE(magic.length);
  const end = prefixBytes + length;
  // Checked before anything is allocated.
  if (length > largestHeader || end > fileBytes) {
    throw corrupt(where, `${path}: a header of ${length} bytes in a file of ${fileBytes}`);
  }
  const json = read(prefixBytes, length);
  if (crc32(json) !== prefix.readUInt32LE(magic.length + 4)) {
    throw corrupt(where, `${path}: a header with a wrong checksum`);
  }
  const header = JSON.parse(json.toString()) as SignalHeader;
  const version: number = header.formatVersion;
  if (version !== 1) {
    throw new LimbeckError('format-too-new', {
      where,
      given: `${path} of formatVersion ${version}`,
      expected: 'formatVersion 1',
      next: 'Update @limbeck/data.',
    });
  }
  return { header, end };
}

/** One record. */
export function encodeRecord(
  key: string,
  signals: { readonly [name: string]: Float32Array },
  widths: SignalHeader['widths'],
): Buffer {
  const bytes = Buffer.alloc(recordBytes(widths));
  bytes.write(key, 0, 'hex');
  let at = 32;
  for (const name of Object.keys(widths)) {
    for (const value of signals[name]!) at = bytes.writeFloatLE(value, at);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, at)), at);
  return bytes;
}

/** The key and vectors of a record; nothing if its checksum is wrong. */
export function decodeRecord(
  bytes: Buffer,
  widths: SignalHeader['widths'],
): { readonly key: string; readonly signals: { [name: string]: Float32Array } } | undefined {
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return undefined;
  const signals: { [name: string]: Float32Array } = {};
  let at = 32;
  for (const [name, width] of Object.entries(widths)) {
    const vector = new Float32Array(width);
    for (let i = 0; i < width; i++, at += 4) vector[i] = bytes.readFloatLE(at);
    signals[name] = vector;
  }
  return { key: bytes.toString('hex', 0, 32), signals };
}
