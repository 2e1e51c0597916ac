import type { Fed, Json } from '@limbeck/core';
import { batches, joinSources, labelCollator } from '@limbeck/data';
import { describe, expect, test } from 'vitest';

const collator = labelCollator<number>({ label: (row) => row, classes: 100 });
const rows = (count: number, epochs?: number) =>
  batches(
    Array.from({ length: count }, (_, i) => i),
    { batchSize: 4, collator, seed: count, ...(epochs === undefined ? {} : { epochs }) },
  );

async function read(
  source: { open(from?: Json): AsyncIterable<Fed<unknown>> },
  count: number,
  from?: Json,
) {
  const found: Fed<unknown>[] = [];
  for await (const fed of source.open(from)) {
    found.push(fed);
    if (found.length === count) break;
  }
  return found;
}

const joined = () => joinSources({ seen: rows(10), held: rows(6) });

describe('joinSources', () => {
  test('goes on at any position with the batches that would have followed', async () => {
    const whole = await read(joined(), 12);
    for (const [i, { position }] of whole.slice(0, -1).entries()) {
      expect(await read(joined(), 11 - i, position)).toEqual(whole.slice(i + 1));
    }
  });

  test('counts the epochs of the first field, whatever the others do', async () => {
    const ends = (await read(joined(), 9)).map(({ endOfEpoch }) => endOfEpoch);
    expect(ends).toEqual([false, false, true, false, false, true, false, false, true]);
  });

  test('ends with its first field; another one that ends starts again', async () => {
    const source = joinSources({ seen: rows(10, 2), held: rows(4, 1) });
    expect(await read(source, 99)).toHaveLength(6);
  });

  test('names the sizes of each part apart', () => {
    const odd = {
      ...rows(4),
      specs: { x: { dtype: 'float32', shape: ['floor((tokens-1)/2)*2', 3] } },
    } as const;
    const { specs } = joinSources({ seen: rows(10), odd: odd as never });
    expect(specs).toEqual({
      seen: { dtype: 'int64', shape: ['seen_batch'] },
      odd: { x: { dtype: 'float32', shape: ['floor((odd_tokens-1)/2)*2', 3] } },
    });
  });

  test('is live if a part of it is', () => {
    const live = { ...rows(4), live: true };
    expect(joinSources({ seen: rows(4), live }).live).toBe(true);
    expect(joined().live).toBe(false);
  });

  test('refuses no sources, an empty one and a position of something else', async () => {
    expect(() => joinSources({})).toThrow(expect.objectContaining({ code: 'empty-data' }));
    const empty = { ...rows(4), open: async function* () {} };
    const reading = read(joinSources({ seen: rows(10), held: empty }), 1);
    await expect(reading).rejects.toMatchObject({
      code: 'empty-data',
      message: expect.stringContaining('"held"'),
    });
    await expect(read(joined(), 1, { seen: 0 })).rejects.toMatchObject({ code: 'invalid-data' });
  });
});
