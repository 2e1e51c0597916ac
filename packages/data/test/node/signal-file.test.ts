import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { contentHash } from '@limbeck/data';
import { openSignalStore, type SignalFile } from '@limbeck/data/node';
import { afterAll, describe, expect } from 'vitest';
import { crc32 } from '../../src/node/crc32.js';
import { answer, collect, type Logits, records } from '../signals.js';

const folder = mkdtempSync(join(tmpdir(), 'signals-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => join(folder, `deep/${files++}.signals`);
const provenance = { teacher: 'teacher-1', kind: 'logits' } as const;
// Written by fixtures/signals-v1.py is fixtures/signals-v1.bin.
const options = { provenance, widths: { logits: 2 } };
const open = (path: string): SignalFile<Logits> => openSignalStore<Logits>(path, options);
/** 32 bytes of key, two numbers, a checksum. */
const recordSize = 44;

/** A file with three inputs. */
async function filled(): Promise<string> {
  const path = fresh();
  const store = open(path);
  await store.put(answer('a', [1, 2]));
  await store.put(answer('b', [3, 4]));
  await store.put(answer('c', [5, 6]));
  store.dispose();
  return path;
}
const logits = (store: SignalFile<Logits>, input: string) => [
  ...(store.get(contentHash(input))?.logits ?? []),
];

describe('openSignalStore', () => {
  test.prop([
    fc.array(
      fc.tuple(
        fc.constantFrom('a', 'b', 'c', 'd'),
        fc.float({ noNaN: true, noDefaultInfinity: true }),
      ),
    ),
  ])('finds after a restart what was put last', async (puts) => {
    const path = fresh();
    const expected = new Map<string, number>();
    for (const [input, value] of puts) {
      const store = open(path);
      await store.put(answer(input, [value, -value]));
      store.dispose();
      expected.set(input, value);
    }
    const store = open(path);
    expect(store.size).toBe(expected.size);
    for (const [input, value] of expected) expect(logits(store, input)).toEqual([value, -value]);
    expect(store.cutBytes).toBe(0);
    store.dispose();
  });

  test('joins from the file and misses what is not there', async () => {
    const store = open(await filled());
    const key = (record: { text: string }) => contentHash(record.text);
    const joined = await collect(store.join(records('c', 'a'), key));
    expect(joined.map(({ signals }) => [...signals.logits])).toEqual([
      [5, 6],
      [1, 2],
    ]);
    expect(await collect(store.missing(['a', 'x'].map(contentHash)))).toEqual([contentHash('x')]);
    await expect(collect(store.join(records('x'), key))).rejects.toMatchObject({
      code: 'targets-misaligned',
    });
    store.dispose();
  });

  test.each([1, 17, recordSize - 1])(
    'cuts away a record that lacks %i bytes, and goes on',
    async (lacking) => {
      const path = await filled();
      truncateSync(path, readFileSync(path).length - lacking);
      const store = open(path);
      expect(store.size).toBe(2);
      expect(store.cutBytes).toBe(recordSize - lacking);
      await store.put(answer('c', [7, 8]));
      store.dispose();
      const again = open(path);
      expect(again.cutBytes).toBe(0);
      expect(['a', 'b', 'c'].map((input) => logits(again, input))).toEqual([
        [1, 2],
        [3, 4],
        [7, 8],
      ]);
      again.dispose();
    },
  );

  test('cuts away a last record that was written in part, and refuses a change further up', async () => {
    const path = await filled();
    const bytes = readFileSync(path);
    const flipped = (fromEnd: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy[copy.length - fromEnd]! ^= 1;
      return copy;
    };
    writeFileSync(path, flipped(10));
    const store = open(path);
    expect([store.size, store.cutBytes]).toEqual([2, recordSize]);
    store.dispose();
    writeFileSync(path, flipped(recordSize + 10));
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'corrupt-file' }));
  });

  test('refuses every file whose header was cut or changed', async () => {
    const path = await filled();
    const bytes = readFileSync(path);
    const headerEnd = bytes.length - 3 * recordSize;
    for (let length = 0; length < headerEnd; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(() => open(path)).toThrow(expect.objectContaining({ code: 'corrupt-file' }));
    }
    for (let at = 0; at < headerEnd; at++) {
      const copy = Buffer.from(bytes);
      copy[at]! ^= 0x11;
      writeFileSync(path, copy);
      expect(() => open(path)).toThrow(expect.objectContaining({ code: 'corrupt-file' }));
    }
  });

  test('refuses a format from the future', async () => {
    const path = await filled();
    const bytes = readFileSync(path);
    const header = Buffer.from(
      bytes
        .subarray(16, bytes.length - 3 * recordSize)
        .toString()
        .replace('"formatVersion":1', '"formatVersion":2'),
    );
    bytes.writeUInt32LE(crc32(header), 12);
    header.copy(bytes, 16);
    writeFileSync(path, bytes);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'format-too-new' }));
  });

  test('reads the file of formatVersion 1 that was committed with it', () => {
    const path = fresh();
    open(path).dispose();
    writeFileSync(path, readFileSync(new URL('fixtures/signals-v1.bin', import.meta.url)));
    const store = open(path);
    expect(['a', 'b', 'c'].map((input) => logits(store, input))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    store.dispose();
  });

  test("refuses another teacher's file, and other widths", async () => {
    const path = await filled();
    const other = [
      { ...options, provenance: { ...provenance, teacher: 'teacher-2' } },
      { ...options, widths: { logits: 3 } },
    ];
    for (const wrong of other) {
      expect(() => openSignalStore<Logits>(path, wrong)).toThrow(
        expect.objectContaining({ code: 'checkpoint-mismatch' }),
      );
    }
    expect(() => openSignalStore<Logits>(path, { provenance, widths: { logits: 0 } })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  test('says that it was disposed of, however often', async () => {
    const store = open(await filled());
    store.dispose();
    store.dispose();
    expect(() => store.get(contentHash('a'))).toThrow(
      expect.objectContaining({ code: 'disposed' }),
    );
    await expect(store.put(answer('z', [1, 2]))).rejects.toMatchObject({ code: 'disposed' });
  });

  test('notices a file that changes under it', async () => {
    const path = await filled();
    const store = open(path);
    writeFileSync(path, Buffer.alloc(readFileSync(path).length));
    expect(() => store.get(contentHash('b'))).toThrow(
      expect.objectContaining({ code: 'corrupt-file' }),
    );
    store.dispose();
  });

  test('stays as it was when put refuses', async () => {
    const path = await filled();
    const before = readFileSync(path);
    const store = open(path);
    await expect(store.put(answer('d', [NaN, 0]))).rejects.toMatchObject({
      code: 'non-finite-data',
    });
    store.dispose();
    expect(readFileSync(path)).toEqual(before);
  });

  test.skipIf(!existsSync('/dev/full'))('answers a full disk with disk-full', () => {
    const path = join(folder, 'full.signals');
    symlinkSync('/dev/full', `${path}.part`);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'disk-full' }));
    expect(existsSync(path)).toBe(false);
  });

  test('keeps the order of vectors: the same widths in another order are refused', async () => {
    const path = fresh();
    type Two = { readonly a: Float32Array; readonly b: Float32Array };
    const store = openSignalStore<Two>(path, { provenance, widths: { a: 1, b: 2 } });
    const signals = { b: Float32Array.of(2, 3), a: Float32Array.of(1) };
    await store.put({ ...answer('x', [0, 0]), signals });
    expect(store.get(contentHash('x'))).toEqual(signals);
    store.dispose();
    expect(() => openSignalStore<Two>(path, { provenance, widths: { b: 2, a: 1 } })).toThrow(
      expect.objectContaining({ code: 'checkpoint-mismatch' }),
    );
  });

  test('takes no trailing garbage for a record', async () => {
    const path = await filled();
    const whole = readFileSync(path).length;
    appendFileSync(path, 'x'.repeat(recordSize + 5));
    const store = open(path);
    expect([store.size, store.cutBytes]).toEqual([3, recordSize + 5]);
    store.dispose();
    expect(readFileSync(path)).toHaveLength(whole);
  });
});

describe('crc32', () => {
  test('has the check value of ISO 3309', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test.prop([fc.uint8Array()])("agrees with zlib's where Node has it", (bytes) => {
    const ours = crc32(bytes);
    expect(ours).toBe(typeof zlibCrc32 === 'function' ? zlibCrc32(bytes) : ours);
  });
});
