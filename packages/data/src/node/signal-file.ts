import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson, checkWhole, LimbeckError, type Provenance } from '@limbeck/core';
import {
  type SignalWidths,
  type VectorSignals,
  type VectorStore,
  vectorStore,
} from '../signal-store.js';
import { corrupt, fileError } from './errors.js';
import {
  decodeHeader,
  decodeRecord,
  encodeHeader,
  encodeRecord,
  recordBytes,
  type SignalHeader,
} from './signal-format.js';

/** Options of {@link openSignalStore}. */
export interface SignalStoreOptions<Signals extends VectorSignals> {
  /** Whose signals these are; a file of another teacher or kind is refused. */
  readonly provenance: Provenance;
  /** How long each vector is, such as `{ logits: 22 }`. */
  readonly widths: SignalWidths<Signals>;
}

/** A store in a file. */
export interface SignalFile<Signals extends VectorSignals> extends VectorStore<Signals> {
  /** How many bytes of an unfinished record were cut from the file's end when it was opened. */
  readonly cutBytes: number;
  /** Writes everything to the disk itself, and lets go of the file. */
  dispose(): void;
}

const where = 'openSignalStore';

/**
 * Opens or makes a file of signals, filed under the content hash of their input.
 *
 * Every record is written as it comes, at the end, with a checksum: a killed process loses at most the record that it
 * was writing, which the next opening cuts away. Only keys are kept in memory, vectors are read when asked for. A key
 * that is put again replaces the earlier one. One process at a time may write.
 *
 * @param path - its folder is made where it is missing
 * @throws LimbeckError `checkpoint-mismatch` if the file holds another teacher's signals, or of other widths;
 * `corrupt-file` if its header, or a record before the last one, has been changed; `format-too-new`; `disk-full`;
 * `io-failed`
 */
export function openSignalStore<Signals extends VectorSignals>(
  path: string,
  options: SignalStoreOptions<Signals>,
): SignalFile<Signals> {
  const { provenance, widths } = options;
  checkWhole(where, widths, 1, 'Give how many numbers each vector has.');
  const wanted: SignalHeader = { formatVersion: 1, provenance, widths };
  try {
    if (!existsSync(path)) create(path, wanted);
    return attach<Signals>(path, openSync(path, 'r+'), wanted);
  } catch (cause) {
    throw fileError(where, path, cause);
  }
}

/** Through another name, so that a file with half a header never stands under this one. */
function create(path: string, header: SignalHeader): void {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.part`;
  try {
    writeFileSync(part, encodeHeader(header), { flush: true });
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

function attach<Signals extends VectorSignals>(
  path: string,
  file: number,
  wanted: SignalHeader,
): SignalFile<Signals> {
  const read = (start: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, start));
  };
  try {
    const { size } = fstatSync(file);
    const { header, end } = decodeHeader(path, size, read);
    checkHeader(path, header, wanted);
    const step = recordBytes(wanted.widths);
    const places = new Map<string, number>();
    let next = end;
    for (; next + step <= size; next += step) {
      const record = decodeRecord(read(next, step), wanted.widths);
      if (record !== undefined) places.set(record.key, next);
      else if (next + 2 * step > size) break;
      else throw corrupt(where, `${path}: a wrong checksum at byte ${next}`);
    }
    const cutBytes = size - next;
    if (cutBytes > 0) ftruncateSync(file, next);

    let open = true;
    const checkOpen = (): void => {
      if (open) return;
      throw new LimbeckError('disposed', {
        where: 'SignalFile',
        given: `${path}, which dispose() has let go of`,
        expected: 'an open store',
        next: 'Open it again.',
      });
    };
    const store = vectorStore<Signals>(wanted.widths as SignalWidths<Signals>, {
      has: (key) => places.has(key),
      size: () => places.size,
      get(key) {
        checkOpen();
        const at = places.get(key);
        if (at === undefined) return undefined;
        const record = decodeRecord(read(at, step), wanted.widths);
        if (record?.key !== key)
          throw corrupt('SignalStore.get', `${path}: byte ${at} has changed`);
        return record.signals as Signals;
      },
      set(key, signals) {
        checkOpen();
        try {
          writeWhole(file, encodeRecord(key, signals, wanted.widths), next);
        } catch (cause) {
          throw fileError('SignalStore.put', path, cause);
        }
        places.set(key, next);
        next += step;
      },
    });
    const dispose = (): void => {
      if (!open) return;
      open = false;
      fsyncSync(file);
      closeSync(file);
    };
    // A spread would freeze `size` at its value of now.
    return Object.defineProperties(store, {
      cutBytes: { value: cutBytes },
      dispose: { value: dispose },
    }) as SignalFile<Signals>;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** A full disk may take only a part: then the rest fails here, and the part is overwritten by the next record. */
function writeWhole(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
  }
}

function checkHeader(path: string, header: SignalHeader, wanted: SignalHeader): void {
  const same =
    canonicalJson(header) === canonicalJson(wanted) &&
    // A record holds its vectors in this order.
    Object.keys(header.widths).join() === Object.keys(wanted.widths).join();
  if (same) return;
  throw new LimbeckError('checkpoint-mismatch', {
    where,
    given: `${path} with ${canonicalJson(header)}`,
    expected: canonicalJson(wanted),
    next: 'Keep each teacher in a file of its own, or remove this one to ask again.',
  });
}
