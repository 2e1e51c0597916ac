import { spawnSync } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import { folderStore } from '@limbeck/train/node';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type CheckpointRecord, decodeCheckpoint, encodeCheckpoint } from '../src/checkpoint.js';

const record = { formatVersion: 1, step: 3, note: 'é' };
const state = {
  'a/weight': hostTensor('float32', [2, 3], [1, -0, 3.5, 1e-40, 5, 6]),
  'b/count': hostTensor('int64', [1], [2 ** 40]),
  'c/mask': hostTensor('bool', [3], [1, 0, 1]),
  'd/none': hostTensor('float32', [0], []),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-checkpoints-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a checkpoint', () => {
  test('comes back as it was', async () => {
    const bytes = await encodeCheckpoint(record, state);
    const decoded = await decodeCheckpoint<CheckpointRecord>('last', bytes);
    expect(decoded.record).toEqual(record);
    expect(decoded.state).toEqual(state);
    expect(Object.is((decoded.state['a/weight']!.data as Float32Array)[1], -0)).toBe(true);
  });

  test.prop([fc.nat(), fc.nat(7)])('is refused with any bit flipped', async (at, bit) => {
    const bytes = await encodeCheckpoint(record, state);
    bytes[at % bytes.length]! ^= 1 << bit;
    await expect(decodeCheckpoint('last', bytes)).rejects.toMatchObject({ code: 'corrupt-file' });
  });

  test.prop([fc.nat()])('is refused cut short', async (at) => {
    const bytes = await encodeCheckpoint(record, state);
    const cut = decodeCheckpoint('last', bytes.slice(0, at % bytes.length));
    await expect(cut).rejects.toMatchObject({ code: 'corrupt-file' });
  });

  test.each([null, {}, 'x', { formatVersion: '1' }])(
    'is refused with the record %j',
    async (odd) => {
      const bytes = await encodeCheckpoint(odd as object, state);
      await expect(decodeCheckpoint('last', bytes)).rejects.toMatchObject({ code: 'corrupt-file' });
    },
  );

  test('of a newer version says so', async () => {
    const bytes = await encodeCheckpoint({ ...record, formatVersion: 2 }, state);
    await expect(decodeCheckpoint('last', bytes)).rejects.toMatchObject({ code: 'format-too-new' });
  });
});

test('a file of format version 1 is read', async () => {
  const store = folderStore(path.join(import.meta.dirname, 'fixtures'));
  const bytes = (await store.read('checkpoint-v1'))!;
  const { record: found, state: values } = await decodeCheckpoint<CheckpointRecord>('v1', bytes);
  expect(found).toMatchObject({
    seed: 7,
    step: 3,
    draw: 12,
    positions: { distil: { epoch: 1, index: 0, rows: 5 } },
    evaluations: [{ step: 2, metrics: { accuracy: 0.75 } }],
  });
  expect(values).toEqual({
    'student/parameters/weight': hostTensor('float32', [2, 2], [1, -2, 0.5, 4]),
    'optimizer/count': hostTensor('int64', [], [3]),
  });
});

describe('folderStore', () => {
  test('keeps bytes under names, and knows nothing of others', async () => {
    const store = folderStore(path.join(folder, 'kept'));
    expect(await store.read('last')).toBeUndefined();
    await store.write('last', Uint8Array.of(1, 2));
    await store.write('last', Uint8Array.of(3));
    expect([...(await store.read('last'))!]).toEqual([3]);
    expect(await readdir(path.join(folder, 'kept'))).toEqual(['last.safetensors']);
  });

  test('says when it cannot read or write', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, 'not a folder');
    const store = folderStore(file);
    await expect(store.write('last', Uint8Array.of(1))).rejects.toMatchObject({
      code: 'io-failed',
    });
    await expect(store.read('last')).rejects.toMatchObject({ code: 'io-failed' });
  });

  test('on a full disk leaves the old checkpoint whole', async () => {
    const place = path.join(folder, 'full');
    const full = await fillableDisk(place);
    try {
      const store = folderStore(place);
      await store.write('last', new Uint8Array(20_000).fill(7));
      await full.fill();
      const large = store.write('last', new Uint8Array(100_000).fill(8));
      await expect(large).rejects.toMatchObject({
        code: 'disk-full',
        next: expect.stringContaining('whole') as string,
      });
      const kept = await readFile(path.join(place, 'last.safetensors'));
      expect(kept.equals(new Uint8Array(20_000).fill(7))).toBe(true);
      expect(await readdir(place)).toEqual(['last.safetensors']);
    } finally {
      await full.release();
    }
  });
});

/** A folder with little room: a small tmpfs where mounting is allowed, else writes that fail as on a full disk. */
async function fillableDisk(place: string) {
  spawnSync('mkdir', ['-p', place]);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]);
  if (mounted.status === 0) {
    const release = () => Promise.resolve(void spawnSync('umount', [place]));
    return { fill: () => Promise.resolve(), release };
  }
  const handle = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(handle) as { writeFile: typeof handle.writeFile };
  await handle.close();
  const { writeFile: whole } = prototype;
  return {
    fill: () => {
      prototype.writeFile = () =>
        Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
      return Promise.resolve();
    },
    release: () => {
      prototype.writeFile = whole;
      return Promise.resolve();
    },
  };
}
