import { fc, test } from '@fast-check/vitest';
import type { BatchSource, Json } from '@limbeck/core';
import { batches, labelCollator, prefetch } from '@limbeck/data';
import { describe, expect } from 'vitest';

const collator = labelCollator<number>({ label: (row) => row, classes: 1000 });
const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);

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

describe('batches', () => {
  test.prop([
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 8 }),
    fc.boolean(),
    fc.boolean(),
    fc.nat({ max: 19 }),
    fc.boolean(),
  ])(
    'go on exactly where they were left',
    async (rows, batchSize, shuffle, dropLast, at, ahead) => {
      fc.pre(!dropLast || rows >= batchSize);
      const make = (): BatchSource<unknown> => {
        const source = batches(numbers(rows), { batchSize, collator, shuffle, dropLast, seed: 5 });
        return ahead ? prefetch(source, 3) : source;
      };
      const whole = await take(make(), 30);
      const saved = JSON.parse(JSON.stringify(whole[at]!.position)) as Json;
      expect(await take(make(), 30 - at - 1, saved)).toEqual(whole.slice(at + 1));
    },
  );

  test('show every row once an epoch, in another order each time', async () => {
    const source = batches(numbers(50), { batchSize: 8, collator, epochs: 2 });
    const taken = await take(source, 1000);
    expect(taken.map((batch) => batch.endOfEpoch)).toEqual(numbers(14).map((i) => i % 7 === 6));
    const first = taken.slice(0, 7).flatMap((batch) => batch.rows);
    const second = taken.slice(7).flatMap((batch) => batch.rows);
    expect([...first].sort((a, b) => a - b)).toEqual(numbers(50));
    expect([...second].sort((a, b) => a - b)).toEqual(numbers(50));
    expect(first).not.toEqual(second);
  });

  test('depend on the seed', async () => {
    const order = async (seed: number) =>
      (await take(batches(numbers(50), { batchSize: 50, collator, seed }), 1))[0]!.rows;
    expect(await order(1)).toEqual(await order(1));
    expect(await order(1)).not.toEqual(await order(2));
  });

  test('leave out a short last batch if asked', async () => {
    const source = batches(numbers(5), {
      batchSize: 2,
      collator,
      shuffle: false,
      dropLast: true,
      epochs: 1,
    });
    expect((await take(source, 9)).map((batch) => batch.rows)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('take other rows in each epoch', async () => {
    const source = batches((epoch) => [epoch * 10, epoch * 10 + 1], {
      batchSize: 2,
      collator,
      shuffle: false,
    });
    expect((await take(source, 3)).map((batch) => batch.rows)).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ]);
  });

  test('refuse sizes of none, no rows, and positions that are none of theirs', async () => {
    expect(() => batches([1], { batchSize: 0, collator })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    expect(() => batches([], { batchSize: 1, collator })).toThrow(
      expect.objectContaining({ code: 'empty-data' }),
    );
    expect(() => batches([1], { batchSize: 2, collator, dropLast: true })).toThrow(
      expect.objectContaining({ code: 'empty-data' }),
    );
    const source = batches(numbers(4), { batchSize: 2, collator });
    for (const from of [
      null,
      'x',
      { epoch: -1, index: 0, rows: 4 },
      { epoch: 0, index: 5, rows: 4 },
    ]) {
      await expect(take(source, 1, from)).rejects.toMatchObject({ code: 'invalid-data' });
    }
    const changed = batches(numbers(5), { batchSize: 2, collator });
    await expect(take(changed, 1, { epoch: 0, index: 2, rows: 4 })).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
    });
  });
});

describe('prefetch', () => {
  /** A source of numbers that says what it was asked for. */
  function counting(fail = Infinity) {
    const log: string[] = [];
    const open = async function* (from: number, _view: undefined): AsyncGenerator<number> {
      try {
        for (let i = from; ; i++) {
          log.push(`make ${i}`);
          if (i === fail) throw new Error(`no ${i}`);
          yield i;
        }
      } finally {
        log.push('closed');
      }
    };
    return { log, source: { open } };
  }

  test('makes items before they are asked for, and not more', async () => {
    const { log, source } = counting();
    const items = prefetch(source, 2).open(7, undefined)[Symbol.asyncIterator]();
    expect(await items.next()).toEqual({ done: false, value: 7 });
    await new Promise((resume) => setTimeout(resume, 5));
    expect(log).toEqual(['make 7', 'make 8', 'make 9']);
    await items.return?.(undefined);
    expect(log.at(-1)).toBe('closed');
  });

  test('throws an error where its item would have come', async () => {
    const { source } = counting(9);
    const seen: number[] = [];
    const read = async () => {
      for await (const item of prefetch(source, 3).open(7, undefined)) seen.push(item);
    };
    await expect(read()).rejects.toThrow('no 9');
    expect(seen).toEqual([7, 8]);
  });

  test('leaves a live source alone', () => {
    const live = { ...counting().source, live: true };
    expect(prefetch(live)).toBe(live);
  });

  test('refuses to read nothing ahead', () => {
    expect(() => prefetch(counting().source, 0)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
