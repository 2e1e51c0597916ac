import { type Answer, LimbeckError } from '@limbeck/core';
import { contentHash, memorySignalStore } from '@limbeck/data';
import { describe, expect, test } from 'vitest';
import { answer, collect, type Logits, records } from './signals.js';

describe('memorySignalStore', () => {
  test('joins signals to records by key, whatever their order and number', async () => {
    const store = memorySignalStore<Logits>({ logits: 2 });
    await store.put(answer('a', [1, 2]));
    await store.put(answer('b', [3, 4]));
    const joined = await collect(
      store.join(records('b', 'a', 'b'), (record) => contentHash(record.text)),
    );
    expect(joined.map((record) => [record.text, ...record.signals.logits])).toEqual([
      ['b', 3, 4],
      ['a', 1, 2],
      ['b', 3, 4],
    ]);
    expect(store.size).toBe(2);
  });

  test('tells which keys are missing, in order', async () => {
    const store = memorySignalStore<Logits>({ logits: 2 });
    await store.put(answer('b', [3, 4]));
    const keys = ['c', 'b', 'a'].map(contentHash);
    expect(await collect(store.missing(keys))).toEqual([keys[0], keys[2]]);
  });

  test('answers a record without signals with targets-misaligned', async () => {
    const store = memorySignalStore<Logits>({ logits: 2 });
    await store.put(answer('a', [1, 2]));
    const join = collect(store.join(records('a', 'z'), (record) => contentHash(record.text)));
    await expect(join).rejects.toMatchObject({
      code: 'targets-misaligned',
      message: expect.stringContaining('record 1') as string,
    });
  });

  test('refuses answers that failed or do not fit', async () => {
    const store = memorySignalStore<Logits>({ logits: 2 });
    const failed: Answer<unknown, Logits> = {
      item: { key: contentHash('a'), input: 'a' },
      ok: false,
      error: new LimbeckError('aborted', { where: '', given: '', expected: '', next: '' }),
      attempts: 1,
    };
    await expect(store.put(failed)).rejects.toMatchObject({
      code: 'teacher-failed',
      cause: failed.error,
    });
    await expect(store.put(answer('a', [1]))).rejects.toMatchObject({ code: 'shape-mismatch' });
    await expect(store.put(answer('a', [1, NaN]))).rejects.toMatchObject({
      code: 'non-finite-data',
    });
    const without = { ...answer('a', [1, 2]), signals: {} as Logits };
    await expect(store.put(without)).rejects.toMatchObject({ code: 'missing-signal' });
    const sampled = {
      ...answer('a', [1, 2]),
      item: { key: contentHash('a'), input: 'a', sample: 1 },
    };
    await expect(store.put(sampled)).rejects.toMatchObject({ code: 'invalid-data' });
    const unhashed = { ...answer('a', [1, 2]), item: { key: 'a', input: 'a' } };
    await expect(store.put(unhashed)).rejects.toMatchObject({ code: 'invalid-data' });
    expect(store.size).toBe(0);
  });
});
