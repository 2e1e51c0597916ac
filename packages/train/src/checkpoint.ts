import {
  allocate,
  type DType,
  type HostTensor,
  type Json,
  LimbeckError,
  sizeOf,
} from '@limbeck/core';
import type { Skips } from './non-finite.js';
import type { Metrics } from './program.js';
import type { FlatState } from './state-tree.js';

/** What a run needs to go on as if it had never stopped. */
export interface CheckpointRecord {
  /** The layout of this record. */
  readonly formatVersion: 1;
  /** Names and shapes of the state, hashed: a checkpoint of another program is refused. */
  readonly program: string;
  /** The sha256 of the program's `config`. Early records lack it: of them only names and shapes are compared. */
  readonly config?: string;
  /** The sha256 of the program's `settings`; early records lack it. */
  readonly settings?: string;
  /** The sha256 of the file `frozen` with the frozen players' values, where there are any; early records lack it. */
  readonly frozen?: string;
  /** The run's seed. */
  readonly seed: number;
  /** Optimiser steps done. */
  readonly step: number;
  /** Phase runs done, micro-batches included: what randomness in the graph counts by. */
  readonly draw: number;
  /** How often each phase has run. */
  readonly runs: { readonly [phase: string]: number };
  /** How often each phase has gone through its data. */
  readonly epochs: { readonly [phase: string]: number };
  /** Where each source stands, just behind the last batch consumed. */
  readonly positions: { readonly [phase: string]: Json };
  /** Of the phase that ran last. */
  readonly metrics: Metrics;
  /** All so far, in order. */
  readonly evaluations: readonly { readonly step: number; readonly metrics: Metrics }[];
  /** Steps that were not kept, where there were any. */
  readonly skips?: Skips;
}

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** The bytes under a name, or undefined. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the bytes under a name, wholly or not at all. @throws LimbeckError `disk-full`, `io-failed` */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** Checkpoints in memory, for tests and for pages. */
export function memoryStore(): CheckpointStore {
  const kept = new Map<string, Uint8Array>();
  return {
    read: (name) => Promise.resolve(kept.get(name)),
    write: (name, bytes) => {
      kept.set(name, bytes.slice());
      return Promise.resolve();
    },
  };
}

/** safetensors' names for the dtypes. */
const kinds: { readonly [D in DType]: string } = {
  float32: 'F32',
  float64: 'F64',
  int64: 'I64',
  int32: 'I32',
  uint32: 'U32',
  uint8: 'U8',
  int8: 'I8',
  bool: 'BOOL',
};

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** sha256 in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The sha256 over record, entries and data: nothing in the file can change unseen. */
function checksum(record: string, entries: object, body: Uint8Array): Promise<string> {
  const head = new TextEncoder().encode(record + JSON.stringify(entries));
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return sha256(all);
}

/**
 * A state and its record as one safetensors file, whose metadata hold the record and a sha256 over all.
 * Tensors are laid at multiples of 8 bytes, in the order of their paths.
 */
export async function encodeCheckpoint(record: object, state: FlatState): Promise<Uint8Array> {
  const entries: { [path: string]: Entry } = {};
  let offset = 0;
  const paths = Object.keys(state).sort();
  for (const path of paths) {
    const { dtype, shape, data } = state[path]!;
    entries[path] = {
      dtype: kinds[dtype],
      shape,
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += Math.ceil(data.byteLength / 8) * 8;
  }
  const body = new Uint8Array(offset);
  for (const path of paths) {
    const { data } = state[path]!;
    body.set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      entries[path]!.data_offsets[0],
    );
  }
  const limbeck = JSON.stringify(record);
  const metadata = { limbeck, sha256: await checksum(limbeck, entries, body) };
  const text = JSON.stringify({ __metadata__: metadata, ...entries });
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(8 + header.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(body, 8 + header.length);
  return bytes;
}

/** The error of a checkpoint that cannot be used as it is. */
export function corrupt(name: string, given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('corrupt-file', {
    where: `checkpoint "${name}"`,
    given,
    expected: 'a whole safetensors file with its checksum',
    next: 'Delete the file to start the run again, or bring back a copy of it.',
    cause,
  });
}

/** A header that was read and measured against the file. */
function readHeader(
  name: string,
  bytes: Uint8Array,
): { readonly header: { [path: string]: unknown }; readonly body: Uint8Array } {
  if (bytes.length < 8) throw corrupt(name, `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) {
    throw corrupt(name, `a header of ${length} bytes in a file of ${bytes.length}`);
  }
  const end = 8 + Number(length);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, end));
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null) throw new TypeError('no object');
    return { header: header as { [path: string]: unknown }, body: bytes.slice(end) };
  } catch (cause) {
    throw corrupt(name, 'a header that is no JSON object', cause);
  }
}

function readEntry(name: string, path: string, entry: unknown, body: Uint8Array): HostTensor {
  const { dtype: kind, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  const dtype = (Object.keys(kinds) as DType[]).find((candidate) => kinds[candidate] === kind);
  const whole = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= 0;
  if (dtype === undefined || !Array.isArray(shape) || !shape.every(whole)) {
    throw corrupt(name, `"${path}" with ${JSON.stringify(entry)?.slice(0, 120)}`);
  }
  const [start, end] = offsets ?? [];
  const size = sizeOf(shape);
  const width = allocate(dtype, 0).BYTES_PER_ELEMENT;
  if (!whole(start) || !whole(end) || end > body.length || end - start !== size * width) {
    throw corrupt(name, `"${path}" at ${start} to ${end} in ${body.length} bytes of data`);
  }
  const data = allocate(dtype, size);
  new Uint8Array(data.buffer).set(body.subarray(start, end));
  return { dtype, shape, data };
}

function readRecord<Record extends { readonly formatVersion: number }>(
  name: string,
  text: string,
): Record {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw corrupt(name, 'a record that is no JSON', cause);
  }
  const { formatVersion } = (record ?? {}) as Partial<Record>;
  if (Number.isSafeInteger(formatVersion)) return record as Record;
  throw corrupt(name, `a record with formatVersion ${JSON.stringify(formatVersion)}`);
}

/**
 * Reads {@link encodeCheckpoint}'s bytes.
 * @throws LimbeckError `corrupt-file` if anything is missing or altered; `format-too-new`
 */
export async function decodeCheckpoint<Record extends { readonly formatVersion: number }>(
  name: string,
  bytes: Uint8Array,
): Promise<{ readonly record: Record; readonly state: { [path: string]: HostTensor } }> {
  const { header, body } = readHeader(name, bytes);
  const { __metadata__: metadata, ...entries } = header;
  const { limbeck, sha256: expected } = (metadata ?? {}) as { limbeck?: string; sha256?: string };
  if (typeof limbeck !== 'string' || typeof expected !== 'string') {
    throw corrupt(name, 'a file without a record of Limbeck');
  }
  const found = await checksum(limbeck, entries, body);
  if (found !== expected) throw corrupt(name, `contents with sha256 ${found}, not ${expected}`);
  const record = readRecord<Record>(name, limbeck);
  if (record.formatVersion > 1) {
    throw new LimbeckError('format-too-new', {
      where: `checkpoint "${name}"`,
      given: `formatVersion ${record.formatVersion}`,
      expected: 'formatVersion 1',
      next: 'Update @limbeck/train.',
    });
  }
  const state = Object.fromEntries(
    Object.entries(entries).map(([path, entry]) => [path, readEntry(name, path, entry, body)]),
  );
  return { record, state };
}
