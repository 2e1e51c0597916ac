import { hostTensor, Rng } from '@limbeck/core';
import { fc, test } from '@fast-check/vitest';
import { hashNgrams, ngramCounts, ngramIndices, type NgramOptions } from '@limbeck/nn';
import { input, interpret } from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import golden from './golden/ngram-hash.json' with { type: 'json' };

const spec = { dtype: 'int64', shape: ['batch', 'bytes'] } as const;
const inputs = { ids: input('ids', spec), mask: input('mask', spec) };

/** A batch padded on the right with junk that the mask hides. */
function feeds(texts: readonly Uint8Array[], extra = 0) {
  const bytes = Math.max(...texts.map(({ length }) => length)) + extra;
  const ids = texts.flatMap((text) => [...text, ...new Array(bytes - text.length).fill(77)]);
  const mask = texts.flatMap((text) => [
    ...new Array(text.length).fill(1),
    ...new Array(bytes - text.length).fill(0),
  ]);
  const shape = [texts.length, bytes];
  return { ids: hostTensor('int64', shape, ids), mask: hostTensor('int64', shape, mask) };
}

function graphBuckets(text: Uint8Array, options: NgramOptions, extra: number): number[] {
  const { indices, weights } = interpret(
    { ...ngramIndices(inputs, options) },
    feeds([text], extra),
  );
  return Array.from(indices.data, Number).filter((_, i) => weights.data[i] === 1);
}

const orderSets = fc
  .uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
  .map((orders) => orders.sort((a, b) => a - b));

describe('ngramIndices', () => {
  test.prop([
    fc.uint8Array({ minLength: 1, maxLength: 12 }),
    orderSets,
    fc.integer({ min: 1, max: 18 }),
    fc.nat({ max: 3 }),
  ])('equals the plain definition bit by bit', (text, orders, log, extra) => {
    const options = { orders, buckets: 2 ** log };
    expect(graphBuckets(text, options, extra)).toEqual([...hashNgrams(text, options)]);
  });

  test.each(golden.cases)('agrees with Python on "$text"', ({ text, orders, buckets, hashes }) => {
    const bytes = new TextEncoder().encode(text);
    expect([...hashNgrams(bytes, { orders, buckets })]).toEqual(hashes);
  });

  test('counts each n-gram of each text, whatever the padding', () => {
    const texts = [Uint8Array.of(1, 2, 1, 2), Uint8Array.of(9), new Uint8Array(0)];
    const options = { orders: [1, 2], buckets: 64 };
    const { counts } = interpret({ counts: ngramCounts(inputs, options) }, feeds(texts, 2));
    const expected = texts.flatMap((text) => {
      const row = new Array<number>(64).fill(0);
      for (const bucket of hashNgrams(text, options)) row[bucket]!++;
      return row;
    });
    expect([...counts.data]).toEqual(expected);
    expect(expected.reduce((a, b) => a + b)).toBe(4 + 3 + 1);
  });

  test('an n-gram with a hidden byte inside does not count', () => {
    const ids = hostTensor('int64', [1, 3], [5, 6, 7]);
    const mask = hostTensor('int64', [1, 3], [1, 0, 1]);
    const { weights } = interpret(
      { weights: ngramIndices(inputs, { orders: [1, 2, 3], buckets: 8 }).weights },
      { ids, mask },
    );
    expect([...weights.data]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0]);
  });

  test('spreads the n-grams of text evenly over buckets', () => {
    // Random words of letters: 20,000 different 4-grams in 1,024 buckets; χ² has mean 1,023 and deviation 45.
    const rng = Rng.from(3);
    const seen = new Set<string>();
    const counts = new Float64Array(1024);
    while (seen.size < 20_000) {
      const gram = Uint8Array.from({ length: 4 }, () => 97 + rng.integer(26));
      const name = gram.join();
      if (seen.has(name)) continue;
      seen.add(name);
      counts[hashNgrams(gram, { orders: [4], buckets: 1024 })[0]!]!++;
    }
    const mean = 20_000 / 1024;
    const chiSquare = counts.reduce((total, count) => total + (count - mean) ** 2 / mean, 0);
    expect(chiSquare).toBeGreaterThan(1023 - 5 * 45);
    expect(chiSquare).toBeLessThan(1023 + 5 * 45);
  });

  test.each([
    [{ orders: [], buckets: 8 }, 'orders []'],
    [{ orders: [2, 1], buckets: 8 }, 'orders [2, 1]'],
    [{ orders: [0], buckets: 8 }, 'order 0'],
    [{ orders: [1], buckets: 12 }, 'buckets 12'],
  ])('refuses %j', (options, given) => {
    const refused = expect.objectContaining({
      code: 'invalid-option',
      given: expect.stringContaining(given) as string,
    }) as Error;
    expect(() => ngramIndices(inputs, options)).toThrow(refused);
    expect(() => hashNgrams(new Uint8Array(0), options)).toThrow(refused);
  });

  test('refuses ids and masks that do not fit', () => {
    const options = { orders: [1], buckets: 8 };
    const mask = input('mask', { dtype: 'int64', shape: ['batch', 7] });
    expect(() => ngramIndices({ ids: inputs.ids, mask }, options)).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }) as Error,
    );
    const float = input('mask', { dtype: 'float32', shape: ['batch', 'bytes'] });
    expect(() => ngramIndices({ ids: inputs.ids, mask: float }, options)).toThrow(
      expect.objectContaining({ code: 'dtype-mismatch' }) as Error,
    );
  });
});
