import { fc, test } from '@fast-check/vitest';
import { type Metric, Rng, type Rows } from '@limbeck/core';
import {
  accuracy,
  bootstrap,
  benjaminiHochberg,
  bleu,
  compare,
  ece,
  holm,
  macroF1,
  mcnemar,
  resample,
  signFlip,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import { meanMetric } from '../src/additive-metric.js';
import golden from './golden/significance.json' with { type: 'json' };
import { soft } from './support.js';

const mean = meanMetric<readonly number[], undefined>('mean', true, (numbers) =>
  Float64Array.from(numbers),
);
const rowsOf = (numbers: readonly number[]): Rows => mean.rows(numbers, undefined);
const share = (values: Float64Array, is: (value: number) => boolean): number =>
  values.filter(is).length / values.length;

describe('bootstrap', () => {
  test('draws means at most 0 in 7 of 27 resamples of three differences', () => {
    const [means] = resample(mean, [rowsOf([0.2, 0.1, -0.1])], { resamples: 40_000 });
    // Five standard errors of a share over 40,000 draws.
    expect(Math.abs(share(means!, (m) => m <= 1e-12) - 7 / 27)).toBeLessThan(0.011);
  });

  test('has the interval of eight differences', () => {
    const { value, low, high } = bootstrap(mean, rowsOf([0.1, 0, 0.1, -0.1, 0.2, 0.1, 0, 0.2]), {
      resamples: 40_000,
    });
    expect(value).toBeCloseTo(0.075, 12);
    expect(low).toBeCloseTo(0.0125, 3);
    expect(high).toBeCloseTo(0.1375, 3);
    const [means] = resample(mean, [rowsOf([0.1, 0, 0.1, -0.1, 0.2, 0.1, 0, 0.2])], {
      resamples: 40_000,
    });
    // Over all resamples, with five standard errors. Equal terms of both signs leave float dust around 0.
    expect(Math.abs(share(means!, (m) => m <= 1e-12) - 0.024168)).toBeLessThan(0.004);
    expect(Math.abs(share(means!, (m) => m < -1e-12) - 0.009796)).toBeLessThan(0.0025);
  });

  test('of a corpus metric draws texts and adds their counts, by the p of sacreBLEU too', () => {
    const words = ['the', 'cat', 'sat', 'on', 'a', 'mat', 'and', 'dog'];
    const rng = Rng.from(8);
    const texts = Array.from({ length: 40 }, () =>
      Array.from({ length: 12 }, () => words[rng.integer(8)]!).join(' '),
    );
    const worse = (every: number): string[] =>
      texts.map((text, i) => (i % every === 0 ? text.split(' ').toReversed().join(' ') : text));
    const rows = (every: number): Rows => bleu().rows(worse(every), texts);
    const both = [
      { name: 'a', rows: rows(8) },
      { name: 'b', rows: rows(2) },
    ] as const;
    const options = { resamples: 300, rng: Rng.from(4) };
    const found = compare(bleu(), ...both, { ...options, pValue: 'sacrebleu' });
    // The value is that of the whole corpus, not the mean of its sentences.
    const corpus = bleu().value(rows(8)) - bleu().value(rows(2));
    expect(found.difference).toBeCloseTo(corpus, 9);
    const [ours, theirs] = resample(bleu(), [both[0].rows, both[1].rows], options);
    const sizes = ours!.map((value, b) => Math.abs(value - theirs![b]!));
    const centre = sizes.reduce((sum, size) => sum + size, 0) / 300;
    const beyond = sizes.filter((size) => size - centre > Math.abs(corpus)).length;
    expect(found.p).toBeCloseTo((1 + beyond) / 301, 12);
    expect(found.sentence).toMatch(/^In BLEU, a is \d+\.\d points better than b/u);
  });

  test.each(golden.clusterBootstrap)('draws whole groups, as all draws of $groups', (expected) => {
    const numbers = expected.groups.flat();
    const clusters = expected.groups.flatMap((group, g) => group.map(() => `group ${g}`));
    const [means] = resample(mean, [rowsOf(numbers)], { clusters, resamples: 40_000 });
    expect(share(means!, (m) => m <= 1e-12)).toBeCloseTo(expected.shareAtMostZero, 1.5);
    const average = means!.reduce((a, b) => a + b, 0) / means!.length;
    const deviation = Math.sqrt(
      means!.reduce((sum, m) => sum + (m - average) ** 2, 0) / means!.length,
    );
    expect(deviation / expected.deviation).toBeCloseTo(1, 1.5);
    const zeros = rowsOf(numbers.map(() => 0));
    const { p } = compare(
      mean,
      { name: 'a', rows: rowsOf(numbers) },
      { name: 'b', rows: zeros },
      { clusters, resamples: 40_000 },
    );
    // Centred on the draws' own mean, a tie with the observed difference falls to either side.
    expect(p).toBeGreaterThan(expected.twoSidedWithoutTies - 0.02);
    expect(p).toBeLessThan(expected.twoSided + 0.02);
  });

  test('is the same for a metric with sums and for the same metric without', () => {
    const rng = Rng.from(3);
    const rows = Array.from({ length: 120 }, () => {
      const p = rng.uniform(0.34, 1);
      return [p, (1 - p) / 2, (1 - p) / 2];
    });
    const labels = rows.map(() => rng.integer(3));
    const clusters = rows.map(() => rng.integer(12));
    for (const metric of [accuracy(), macroF1(), ece()]) {
      const statistics = metric.rows(soft(rows), labels);
      const plain: Metric<never, never> = {
        name: metric.name,
        higherIsBetter: metric.higherIsBetter,
        rows: () => statistics,
        value: (given, pick) => metric.value(given, pick),
      };
      const [fast] = resample(metric, [statistics], { clusters, resamples: 50 });
      const [slow] = resample(plain, [statistics], { clusters, resamples: 50 });
      fast!.forEach((value, b) => expect(value).toBeCloseTo(slow![b]!, 10));
    }
  });

  test('repeats with the same stream and moves with another', () => {
    const rows = rowsOf([0, 1, 1, 0, 1, 1, 0, 0, 1, 1]);
    const at = (seed: number): unknown =>
      bootstrap(mean, rows, { rng: Rng.from(seed), resamples: 20 });
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  test('over seeds is wider than over one, by the spread of the seeds', () => {
    const items = Array.from({ length: 400 }, (_, i) => i % 2);
    const shifted = [-0.2, 0, 0.2].map((by) => rowsOf(items.map((x) => x + by)));
    const one = bootstrap(mean, shifted[1]!);
    const three = bootstrap(mean, shifted);
    expect(three.value).toBeCloseTo(0.5, 12);
    // Var = 0.25/400 + (0.08/3)/3 + …: a deviation of 0.1 where one seed has 0.025.
    expect((three.high - three.low) / (one.high - one.low)).toBeGreaterThan(2.5);
  });

  test('covers the truth about as often as it says', () => {
    const rng = Rng.from(11);
    const trials = 300;
    let covered = 0;
    for (let t = 0; t < trials; t++) {
      // Groups of four that rise and fall together: an interval over items would be far too narrow.
      const groups = Array.from({ length: 40 }, () => rng.normal());
      const numbers = groups.flatMap((g) =>
        Array.from({ length: 4 }, () => g + 0.1 * rng.normal()),
      );
      const clusters = groups.flatMap((_, g) => [g, g, g, g]);
      const { low, high } = bootstrap(mean, rowsOf(numbers), {
        clusters,
        resamples: 200,
        rng: rng.stream(`trial ${t}`),
      });
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.89);
    expect(covered / trials).toBeLessThan(0.99);
  });

  test.each([
    ['one group', 'invalid-data', () => bootstrap(mean, rowsOf([1, 2]), { clusters: ['a', 'a'] })],
    ['no items', 'empty-data', () => bootstrap(mean, rowsOf([]))],
    ['no runs', 'empty-data', () => bootstrap(mean, [])],
    ['runs of other items', 'shape-mismatch', () => bootstrap(mean, [rowsOf([1, 2]), rowsOf([1])])],
    [
      'clusters of other items',
      'shape-mismatch',
      () => bootstrap(mean, rowsOf([1, 2]), { clusters: [1] }),
    ],
    ['no resamples', 'invalid-option', () => bootstrap(mean, rowsOf([1, 2]), { resamples: 0 })],
    [
      'a confidence of 1',
      'invalid-option',
      () => bootstrap(mean, rowsOf([1, 2]), { confidence: 1 }),
    ],
  ])('refuses %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe('compare', () => {
  const labels = Array.from({ length: 300 }, (_, i) => i % 3);
  const answers = (wrongEvery: number, from = 0): Rows =>
    accuracy().rows(
      {
        labels: labels.map((y, i) => ((i + from) % wrongEvery === 0 ? (y + 1) % 3 : y)),
        classes: 3,
      },
      labels,
    );

  test('finds a system no better than itself', () => {
    const rows = answers(5);
    const found = compare(accuracy(), { name: 'a', rows }, { name: 'A', rows });
    expect(found).toMatchObject({ difference: 0, low: 0, high: 0, p: 1 });
    expect(found.sentence).toBe(
      'In accuracy, no difference is shown between a and A: 0.0 points (95% interval 0.0 to 0.0, p = 1.00).',
    );
  });

  test('finds a clear difference, and says it in words', () => {
    const found = compare(
      accuracy(),
      { name: 'the student', rows: answers(10) },
      { name: 'the baseline', rows: answers(3) },
      { factors: { set: 'test' } },
    );
    expect(found.difference).toBeCloseTo(100 / 300 - 30 / 300, 12);
    expect(found.low).toBeGreaterThan(0.15);
    expect(found.p).toBeCloseTo(1 / 1001, 9);
    expect(found.sentence).toMatch(
      /^In accuracy \(set: test\), the student is 23\.3 points better than the baseline \(95% interval 1\d\.\d to \d\d\.\d, p < 0\.001\)\.$/,
    );
  });

  test('is paired: what both have wrong does not widen it', () => {
    const hard = labels.map((_, i) => (i % 2 === 0 ? 1 : 0));
    const a = rowsOf(hard.map((x, i) => x + (i % 7 === 0 ? 1 : 0)));
    const found = compare(mean, { name: 'a', rows: a }, { name: 'b', rows: rowsOf(hard) });
    const alone = bootstrap(mean, a);
    expect(found.high - found.low).toBeLessThan(alone.high - alone.low);
    // And draws the same seeds for both, so that what a seed does to both cancels.
    const shift = (by: number) => rowsOf(hard.map((x) => x + by));
    const seeds = compare(
      mean,
      { name: 'a', rows: [shift(0.6), shift(0.1)] },
      { name: 'b', rows: [shift(0.5), shift(0)] },
    );
    expect(seeds.low).toBeCloseTo(0.1, 9);
    expect(seeds.high).toBeCloseTo(0.1, 9);
  });

  test('turns around metrics that are better low', () => {
    const lower = meanMetric<readonly number[], undefined>('loss', false, (numbers) =>
      Float64Array.from(numbers),
    );
    const found = compare(
      lower,
      { name: 'a', rows: rowsOf([1, 2, 1, 2, 1]) },
      { name: 'b', rows: rowsOf([2, 3, 3, 3, 2]) },
    );
    expect(found.difference).toBeCloseTo(1.2, 12);
    expect(found.low).toBeGreaterThan(0);
  });

  test('p is uniform where nothing differs, and half of it by the rule of sacreBLEU at its edge', () => {
    const rng = Rng.from(5);
    const ps = Array.from({ length: 200 }, () => {
      const a = rowsOf(Array.from({ length: 60 }, () => rng.normal()));
      const b = rowsOf(Array.from({ length: 60 }, () => rng.normal()));
      return compare(mean, { name: 'a', rows: a }, { name: 'b', rows: b }, { resamples: 200 }).p;
    });
    const below = (limit: number): number => ps.filter((p) => p < limit).length / ps.length;
    expect(below(0.5)).toBeGreaterThan(0.38);
    expect(below(0.5)).toBeLessThan(0.62);
    expect(below(0.05)).toBeLessThan(0.11);

    const ours = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : -1) + 0.22);
    const both = [
      { name: 'a', rows: rowsOf(ours) },
      { name: 'b', rows: rowsOf(ours.map(() => 0)) },
    ] as const;
    const honest = compare(mean, ...both, { resamples: 4000 }).p;
    const rule = compare(mean, ...both, { resamples: 4000, pValue: 'sacrebleu' }).p;
    expect(rule / honest).toBeCloseTo(0.5, 0.5);
  });
});

describe('mcnemar', () => {
  test.each(golden.mcnemar)(
    'agrees with exact fractions, $firstOnly to $secondOnly',
    (expected) => {
      const p = (method: 'exact' | 'mid-p' | 'corrected'): number =>
        mcnemar(expected, { method }).p;
      expect(p('exact') / expected.exact).toBeCloseTo(1, 9);
      expect(p('mid-p') / expected.midP).toBeCloseTo(1, 9);
      expect(p('corrected') / expected.corrected).toBeCloseTo(1, 9);
      expect(mcnemar(expected).statistic).toBeCloseTo(expected.statistic, 9);
    },
  );

  test('counts exactly where few items are discordant', () => {
    expect(mcnemar({ firstOnly: 12, secondOnly: 5 })).toMatchObject({ method: 'exact' });
    expect(mcnemar({ firstOnly: 19, secondOnly: 5 })).toMatchObject({ method: 'exact' });
    expect(mcnemar({ firstOnly: 20, secondOnly: 5 })).toMatchObject({ method: 'corrected' });
    expect(mcnemar({ firstOnly: 0, secondOnly: 0 }).p).toBe(1);
  });

  test.prop([fc.nat(200), fc.nat(200)])('is symmetric, and a probability', (b, c) => {
    for (const method of ['exact', 'mid-p', 'corrected'] as const) {
      const { p } = mcnemar({ firstOnly: b, secondOnly: c }, { method });
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
      expect(mcnemar({ firstOnly: c, secondOnly: b }, { method }).p).toBe(p);
    }
  });

  test('refuses counts that are none', () => {
    expect(() => mcnemar({ firstOnly: -1, secondOnly: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('signFlip', () => {
  test.each(golden.signFlip)('counts all patterns of $tenths', ({ tenths, p }) => {
    expect(signFlip(tenths.map((d) => d / 10))).toBeCloseTo(p, 12);
  });

  test('is 40 of 256 for eight differences', () => {
    expect(signFlip([0.1, 0, 0.1, -0.1, 0.2, 0.1, 0, 0.2])).toBe(40 / 256);
  });

  test('counts 20 differences exactly and more at random, with the same answer', () => {
    const twenty = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? -1 : 1) * (1 + i / 10));
    const exact = signFlip(twenty);
    // A difference of 0 changes no sum, but leaves the exact path.
    const drawn = signFlip([...twenty, 0], { flips: 40_000 });
    expect(Math.abs(drawn - exact)).toBeLessThan(0.013);
  });

  test.each([
    ['none', 'empty-data', () => signFlip([])],
    ['NaN', 'non-finite-data', () => signFlip([1, NaN])],
    ['no flips', 'invalid-option', () => signFlip([1], { flips: 0 })],
  ])('refuses %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe('several tests', () => {
  test('are corrected as by hand', () => {
    const ps = [0.01, 0.04, 0.03, 0.005];
    const close = (expected: number[]) => expected.map((p) => expect.closeTo(p, 12) as number);
    expect(holm(ps)).toEqual(close([0.03, 0.06, 0.06, 0.02]));
    expect(benjaminiHochberg(ps)).toEqual(close([0.02, 0.04, 0.04, 0.02]));
    expect(holm([])).toEqual([]);
  });

  test.prop([fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })])(
    'never make a p smaller, keep the order, and Holm is the stricter',
    (ps) => {
      const strict = holm(ps);
      const loose = benjaminiHochberg(ps);
      ps.forEach((p, i) => {
        expect(strict[i]).toBeGreaterThanOrEqual(loose[i]! - 1e-12);
        expect(loose[i]).toBeGreaterThanOrEqual(p - 1e-12);
        ps.forEach((q, j) => {
          if (p < q) expect(strict[i]).toBeLessThanOrEqual(strict[j]!);
        });
      });
    },
  );

  test('refuse what is no p', () => {
    expect(() => holm([2])).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
