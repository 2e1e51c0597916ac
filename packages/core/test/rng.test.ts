import { fc, test } from '@fast-check/vitest';
import { LimbeckError, Rng, type RngState } from '@limbeck/core';
import { describe, expect } from 'vitest';
import chiSquare from './golden/chi-square.json' with { type: 'json' };
import golden from './golden/rng.json' with { type: 'json' };

const seeds = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const names = fc.string({ unit: 'binary' });

describe('Rng', () => {
  test('is xoshiro128** of the reference code', () => {
    const words = golden.reference.words as unknown as RngState['words'];
    const rng = Rng.restore({ formatVersion: 1, words, origin: words });
    expect(golden.reference.bits.map(() => rng.bits())).toEqual(golden.reference.bits);
  });

  test.each(golden.cases)('derives seed $seed, path $path, as the Python script does', (known) => {
    let rng = Rng.from(known.seed);
    for (const name of known.path) rng = rng.stream(name);
    expect(rng.save().words).toEqual(known.words);
    expect(known.bits.map(() => rng.bits())).toEqual(known.bits);
  });

  test.prop([seeds, names, fc.nat({ max: 50 }), fc.nat({ max: 50 })])(
    'goes on from a saved state as if nothing had happened',
    (seed, name, before, after) => {
      const rng = Rng.from(seed).stream(name);
      draw(rng, before);
      const state = JSON.parse(JSON.stringify(rng.save())) as RngState;
      const restored = Rng.restore(state);
      expect(draw(restored, after)).toEqual(draw(rng, after));
      expect(draw(restored.stream('child'), 4)).toEqual(draw(rng.stream('child'), 4));
    },
  );

  test.prop([seeds, names, names, fc.nat({ max: 20 })])(
    'gives a stream that depends on seed and name alone',
    (seed, name, other, drawn) => {
      const rng = Rng.from(seed);
      const first = draw(rng.stream(name), 4);
      draw(rng, drawn);
      draw(rng.stream(other), drawn);
      expect(draw(rng.stream(name), 4)).toEqual(first);
      if (name !== other) expect(draw(rng.stream(other), 4)).not.toEqual(first);
    },
  );

  test('starts every seed, every stream and every nesting with other words', () => {
    const words = new Set<number>();
    let count = 0;
    for (let seed = 0; seed < 64; seed++) {
      const rng = Rng.from(seed);
      for (const stream of [rng, rng.stream('a'), rng.stream('b'), rng.stream('a').stream('b')]) {
        for (const word of stream.save().words) words.add(word);
        count += 4;
      }
    }
    expect(words.size).toBe(count);
  });

  test('does not confuse where one name ends and the next begins', () => {
    const rng = Rng.from(1);
    const paths = [['ab'], ['a', 'b'], ['b', 'a'], ['', 'ab'], ['ab', ''], ['a b'], ['a', '', 'b']];
    const seen = paths.map((path) =>
      path
        .reduce((stream, name) => stream.stream(name), rng)
        .save()
        .words.join(),
    );
    expect(new Set(seen).size).toBe(paths.length);
  });

  test('spreads bytes evenly over 256 bins, and pairs over 64', () => {
    const rng = Rng.from(11);
    const draws = Array.from({ length: 2 ** 17 }, () => rng.bits());
    for (const shift of [0, 8, 16, 24]) {
      const statistic = chi2(draws, (bits) => (bits >>> shift) & 255, 256);
      expect(statistic).toBeLessThan(chiSquare.quantiles['255']);
    }
    const pairs = Array.from(
      { length: 2 ** 16 },
      (_, i) => [draws[2 * i]!, draws[2 * i + 1]!] as const,
    );
    const cell = ([a, b]: readonly [number, number]): number => ((a >>> 29) << 3) | (b >>> 29);
    expect(chi2(pairs, cell, 64)).toBeLessThan(chiSquare.quantiles['63']);
  });

  test('makes the streams of neighbouring seeds and names independent', () => {
    const cells: number[] = [];
    for (let seed = 0; seed < 2000; seed++) {
      // The first draws, where a weak derivation shows.
      const [here, next] = [Rng.from(seed), Rng.from(seed + 1)];
      cells.push(eighth(here.bits()) * 8 + eighth(next.bits()));
      cells.push(eighth(here.stream('a').bits()) * 8 + eighth(here.stream('b').bits()));
      cells.push(eighth(here.stream('a').bits()) * 8 + eighth(next.stream('a').bits()));
    }
    expect(chi2(cells, (cell) => cell, 64)).toBeLessThan(chiSquare.quantiles['63']);
  });

  test('shows a weak generator by the same statistic', () => {
    let state = 1;
    const weak = Array.from({ length: 2 ** 16 }, () => (state = (state * 65_539) % 2 ** 31));
    expect(chi2(weak, (bits) => bits & 255, 256)).toBeGreaterThan(chiSquare.quantiles['255']);
  });

  describe('uniform', () => {
    test('has the mean, variance and evenness of its distribution', () => {
      const rng = Rng.from(3);
      const draws = Array.from({ length: 100_000 }, () => rng.uniform(-2, 4));
      expect(mean(draws)).toBeCloseTo(1, 1);
      expect(mean(draws.map((x) => (x - 1) ** 2))).toBeCloseTo(3, 1);
      const bin = (x: number): number => Math.floor(((x + 2) / 6) * 100);
      expect(chi2(draws, bin, 100)).toBeLessThan(chiSquare.quantiles['99']);
    });

    test.prop([
      seeds,
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      fc.double({ noNaN: true, min: 0, max: 1e6 }),
    ])('stays below its upper bound', (seed, low, span) => {
      const rng = Rng.from(seed);
      const value = rng.uniform(low, low + span);
      expect(value).toBeGreaterThanOrEqual(low);
      if (low + span > low) expect(value).toBeLessThan(low + span);
    });

    test('stays below a bound that is one rounding away', () => {
      const rng = Rng.from(5);
      for (let i = 0; i < 100; i++) expect(rng.uniform(1, 1 + Number.EPSILON)).toBe(1);
    });

    test.each([
      [1, 0],
      [NaN, 1],
      [0, Infinity],
    ])('refuses the bounds %d and %d', (low, high) => {
      expect(codeOf(() => Rng.from(0).uniform(low, high))).toBe('invalid-option');
    });
  });

  describe('integer', () => {
    test.prop([seeds, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })])(
      'stays within its bounds',
      (seed, below) => {
        const value = Rng.from(seed).integer(below);
        expect(Number.isSafeInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(below);
      },
    );

    test('favours no result, also where 2^32 is no multiple', () => {
      const rng = Rng.from(17);
      // A draw modulo 3 * 2^30 without rejection would fall into the lowest third half of the time.
      const draws = Array.from({ length: 60_000 }, () => rng.integer(3 * 2 ** 30));
      const third = (value: number): number => Math.floor(value / 2 ** 30);
      expect(
        chi2(draws, (value) => third(value) * 8 + eighth((value % 2 ** 30) * 4), 24),
      ).toBeLessThan(chiSquare.quantiles['23']);
    });

    test('reaches values above 2^32', () => {
      const rng = Rng.from(4);
      const draws = Array.from({ length: 100 }, () => rng.integer(2 ** 40));
      expect(Math.max(...draws)).toBeGreaterThan(2 ** 39);
      expect(draws.some((value) => value % 2 === 1)).toBe(true);
    });

    test.each([0, -1, 1.5, NaN, 2 ** 53])('refuses %d', (below) => {
      expect(codeOf(() => Rng.from(0).integer(below))).toBe('invalid-option');
    });
  });

  describe('normal', () => {
    test('has the moments of a normal distribution', () => {
      const rng = Rng.from(9);
      const draws = Array.from({ length: 200_000 }, () => rng.normal(3, 2));
      const z = draws.map((x) => (x - 3) / 2);
      expect(mean(z)).toBeCloseTo(0, 1.5);
      expect(mean(z.map((x) => x ** 2))).toBeCloseTo(1, 1.5);
      expect(mean(z.map((x) => x ** 3))).toBeCloseTo(0, 1);
      expect(mean(z.map((x) => x ** 4))).toBeCloseTo(3, 0);
      expect(draws.every(Number.isFinite)).toBe(true);
    });
  });

  describe('permutation', () => {
    test.prop([seeds, fc.nat({ max: 200 })])('holds each number once', (seed, length) => {
      const order = Rng.from(seed).permutation(length);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
    });

    test('gives each of the 24 orders of 4 items equally often', () => {
      const rng = Rng.from(21);
      const orders = new Map<string, number>();
      const draws = Array.from({ length: 24_000 }, () => rng.permutation(4).join(''));
      for (const order of draws) if (!orders.has(order)) orders.set(order, orders.size);
      expect(orders.size).toBe(24);
      expect(chi2(draws, (order) => orders.get(order)!, 24)).toBeLessThan(
        chiSquare.quantiles['23'],
      );
    });

    test('refuses a length that is no whole number', () => {
      expect(codeOf(() => Rng.from(0).permutation(-1))).toBe('invalid-option');
    });
  });

  test('shuffles a copy', () => {
    const items = Object.freeze(['a', 'b', 'c', 'd']);
    const shuffled = Rng.from(2).shuffle(items);
    expect([...shuffled].sort()).toEqual(items);
    expect(shuffled).not.toBe(items);
  });

  test.each([-1, 0.5, NaN, 2 ** 53, '7' as unknown as number])('refuses the seed %s', (seed) => {
    expect(codeOf(() => Rng.from(seed))).toBe('invalid-option');
  });

  describe('restore', () => {
    const { formatVersion, words, origin } = Rng.from(1).save();
    test.each([
      ['nothing', undefined],
      ['a state without words', { formatVersion, origin }],
      ['three words', { formatVersion, origin, words: words.slice(1) }],
      ['a word that is too large', { formatVersion, origin, words: [1, 2, 3, 2 ** 32] }],
      ['a fraction', { formatVersion, words, origin: [1, 2, 3, 0.5] }],
      [
        'four zeros, from which the generator never moves',
        { formatVersion, origin, words: [0, 0, 0, 0] },
      ],
      ['no version', { words, origin }],
    ])('refuses %s', (_, state) => {
      expect(codeOf(() => Rng.restore(state as unknown as RngState))).toBe('invalid-data');
    });

    test('refuses the state of a later version', () => {
      const later = { formatVersion: 2, words, origin } as unknown as RngState;
      expect(codeOf(() => Rng.restore(later))).toBe('format-too-new');
    });

    test('reads the state that version 1 wrote', () => {
      const [known] = golden.cases;
      const state = {
        formatVersion: 1,
        words: known!.words,
        origin: known!.words,
      } as unknown as RngState;
      expect(draw(Rng.restore(state), 6)).toEqual(known!.bits);
    });
  });
});

function draw(rng: Rng, count: number): number[] {
  return Array.from({ length: count }, () => rng.bits());
}

const eighth = (bits: number): number => Math.floor(bits / 2 ** 29);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x, 0) / values.length;

/** Pearson's statistic against equal bins. */
function chi2<T>(values: readonly T[], bin: (value: T) => number, bins: number): number {
  const counts = new Float64Array(bins);
  for (const value of values) counts[bin(value)]!++;
  const expected = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof LimbeckError) return error.code;
    throw error;
  }
}
