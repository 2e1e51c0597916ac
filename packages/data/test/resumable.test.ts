import { fc, test } from '@fast-check/vitest';
import type { BatchSource, Json } from '@limbeck/core';
import { batches, labelCollator, lengthBuckets, prefetch, streamedBatches } from '@limbeck/data';
import { describe, expect } from 'vitest';

const collator = labelCollator<number>({ label: (row) => row, classes: 10_000 });
const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);
const code = (expected: string) => expect.objectContaining({ code: expected });

/** The first batches of a source, as numbers, with their positions. */
async function take(source: BatchSource<unknown>, count: number, from?: Json) {
  const taken: { rows: number[]; position: Json; endOfEpoch: boolean | undefined }[] = [];
  for await (const { batch, position, endOfEpoch } of source.open(from)) {
    const data = (batch as { data: BigInt64Array }).data;
    taken.push({ rows: [...data].map(Number), position, endOfEpoch });
    if (taken.length === count) break;
  }
  return taken;
}

/** Rows as a table or file gives them: from any one on. */
const stream = (length: number) =>
  async function* (from: number): AsyncGenerator<number> {
    for (let row = from; row < length; row++) yield row;
  };

/** Every kind of source over the same rows. */
const kinds: {
  readonly [kind: string]: (rows: number, batchSize: number) => BatchSource<unknown>;
} = {
  shuffled: (rows, batchSize) => batches(numbers(rows), { batchSize, collator, seed: 5 }),
  bucketed: (rows, batchSize) =>
    lengthBuckets(numbers(rows), { length: (row) => row % 7, batchSize, collator, pool: 3 }),
  'bucketed by cells': (rows, batchSize) =>
    lengthBuckets(numbers(rows), {
      length: (row) => row % 7,
      maxCells: 6 * batchSize,
      collator,
      pool: 3,
    }),
  streamed: (rows, batchSize) =>
    streamedBatches(stream(rows), { batchSize, collator, window: 6, seed: 5 }),
};

describe.each(Object.keys(kinds))('%s batches', (kind) => {
  test.prop([
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 8 }),
    fc.nat({ max: 24 }),
    fc.boolean(),
  ])('go on exactly where they were left, at any record', async (rows, size, at, ahead) => {
    const make = (): BatchSource<unknown> => {
      const source = kinds[kind]!(rows, size);
      return ahead ? prefetch(source, 3) : source;
    };
    const whole = await take(make(), 30);
    const saved = JSON.parse(JSON.stringify(whole[at]!.position)) as Json;
    expect(await take(make(), 30 - at - 1, saved)).toEqual(whole.slice(at + 1));
  });

  test('show every row once an epoch, in another order each time', async () => {
    const epochs: number[][] = [[], [], []];
    let epoch = 0;
    for (const { rows, endOfEpoch } of await take(kinds[kind]!(45, 4), 200)) {
      epochs[epoch]!.push(...rows);
      if (endOfEpoch && ++epoch === 3) break;
    }
    for (const rows of epochs) expect([...rows].sort((a, b) => a - b)).toEqual(numbers(45));
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0]).not.toEqual(numbers(45));
  });
});

describe('lengthBuckets', () => {
  const rows = numbers(2000).map((i) => (i * 7919) % 101);
  const padding = async (source: BatchSource<unknown>): Promise<number> => {
    let cells = 0;
    for (const batch of await take(source, 1e6)) {
      cells += batch.rows.length * Math.max(...batch.rows);
    }
    return cells / rows.reduce((sum, row) => sum + row, 0);
  };

  test('leave a tenth of the padding of batches at random', async () => {
    const random = await padding(batches(rows, { batchSize: 16, collator, epochs: 1 }));
    const bucketed = await padding(
      lengthBuckets(rows, { length: (row) => row, batchSize: 16, collator, epochs: 1 }),
    );
    expect(bucketed - 1).toBeLessThan((random - 1) / 10);
  });

  test('keep to so many cells a batch', async () => {
    const source = lengthBuckets(rows, {
      length: (row) => row,
      maxCells: 400,
      collator,
      epochs: 1,
    });
    const taken = await take(source, 1e6);
    for (const batch of taken) {
      expect(batch.rows.length * Math.max(...batch.rows)).toBeLessThanOrEqual(400);
    }
    expect(taken.flatMap((batch) => batch.rows)).toHaveLength(rows.length);
    expect(Math.max(...taken.map((batch) => batch.rows.length))).toBeGreaterThan(25);
  });

  test('refuse lengths that are none, rows too long, no rows, and other rows than were saved', async () => {
    const make = (all: number[], maxCells = 100) =>
      lengthBuckets(all, { length: (row) => row, maxCells, collator });
    expect(() => make([])).toThrow(code('empty-data'));
    for (const wrong of [-1, 0.5, NaN, 101]) {
      expect(() => make([1, wrong])).toThrow(
        expect.objectContaining({ code: 'invalid-data', given: expect.stringContaining('row 1') }),
      );
    }
    expect(() => make([1], 0)).toThrow(code('invalid-option'));
    const [first] = await take(make(numbers(50)), 1);
    await expect(take(make(numbers(60)), 1, first!.position)).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
    });
    await expect(take(make(numbers(50)), 1, { epoch: 0 })).rejects.toMatchObject({
      code: 'invalid-data',
    });
  });
});

describe('streamedBatches', () => {
  test('read no more than a window again', async () => {
    const asked: number[] = [];
    const rows = (from: number) => {
      asked.push(from);
      return stream(100)(from);
    };
    const source = streamedBatches(rows, { batchSize: 4, collator, window: 10 });
    await take(source, 2, { epoch: 0, index: 57 });
    expect(asked).toEqual([50]);
  });

  test('keep the order with a window of one', async () => {
    const source = streamedBatches(stream(5), { batchSize: 2, collator, window: 1, epochs: 1 });
    expect((await take(source, 9)).map((batch) => batch.rows)).toEqual([[0, 1], [2, 3], [4]]);
  });

  test('close what they read', async () => {
    let closed = 0;
    const rows = async function* (from: number) {
      try {
        yield* stream(100)(from);
      } finally {
        closed++;
      }
    };
    await take(prefetch(streamedBatches(rows, { batchSize: 2, collator, window: 4 })), 3);
    expect(closed).toBe(1);
  });

  test('refuse no rows, fewer rows than were read, and positions that are none', async () => {
    const make = (length: number) => streamedBatches(stream(length), { batchSize: 2, collator });
    await expect(take(make(0), 1)).rejects.toMatchObject({ code: 'empty-data' });
    for (const index of [7, 10]) {
      await expect(
        take(streamedBatches(stream(6), { batchSize: 2, collator, window: 5 }), 1, {
          epoch: 0,
          index,
        }),
      ).rejects.toMatchObject({ code: 'checkpoint-mismatch' });
    }
    await expect(take(make(5), 1, { epoch: 0, index: -1 })).rejects.toMatchObject({
      code: 'invalid-data',
    });
    expect(() => streamedBatches(stream(1), { batchSize: 1, collator, window: 0 })).toThrow(
      code('invalid-option'),
    );
  });
});
