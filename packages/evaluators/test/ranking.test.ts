import { fc, test } from '@fast-check/vitest';
import type { Metric } from '@limbeck/core';
import {
  meanAveragePrecision,
  ndcg,
  parseQrels,
  parseRun,
  precisionAt,
  type Qrels,
  recallAt,
  reciprocalRank,
  type Run,
  successAt,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/retrieval.json' with { type: 'json' };
import { measure } from './support.js';

// Values of trec_eval 9.0.8.
const qrels: Qrels = {
  q1: { d1: 3, d2: 2, d3: 0, d4: 1, d9: 2 },
  q2: { d1: 1, d5: 1 },
  q3: { d7: 1 },
  q4: { d1: 0 },
};
const run: Run = {
  q1: { d3: 0.9, d1: 0.8, d2: 0.8, d4: 0.5, d8: 0.5, d6: 0.1 },
  q2: { d2: 1, d5: 0.5, d1: 0.5, d3: 0.2 },
  q4: { d1: 0.3, d2: 0.2 },
};

/** Values of the queries that count. */
function perQuery(metric: Metric<Run, Qrels>): number[] {
  const { data } = metric.rows(run, qrels);
  return [0, 1, 3].map((query) => data[2 * query]!);
}

describe('ranking metrics of four queries, as trec_eval has them', () => {
  test.each([
    ['nDCG@3', ndcg({ k: 3 }), [0.5249, 0.6934, 0], 0.4061],
    ['nDCG@10', ndcg({ k: 10 }), [0.5531, 0.6934, 0], 0.4155],
    ['nDCG', ndcg(), [0.5531, 0.6934, 0], 0.4155],
    ['AP', meanAveragePrecision(), [0.4417, 0.5833, 0], 0.3417],
    ['AP@3', meanAveragePrecision({ k: 3 }), [0.2917, 0.5833, 0], 0.2917],
    ['RR', reciprocalRank(), [0.5, 0.5, 0], 0.3333],
    ['RR@1', reciprocalRank({ k: 1 }), [0, 0, 0], 0],
    ['R@2', recallAt({ k: 2 }), [0.25, 0.5, 0], 0.25],
    ['R@3', recallAt({ k: 3 }), [0.5, 1, 0], 0.5],
    ['R@5', recallAt({ k: 5 }), [0.75, 1, 0], 0.5833],
    ['P@3', precisionAt({ k: 3 }), [0.6667, 0.6667, 0], 0.4444],
    ['success@1', successAt({ k: 1 }), [0, 0, 0], 0],
    ['success@3', successAt({ k: 3 }), [1, 1, 0], 0.6667],
    ['P@5, of 5 even where 4 were returned', precisionAt({ k: 5 }), [0.6, 0.4, 0], 1 / 3],
  ])('%s', (_name, metric, values, mean) => {
    expect(perQuery(metric)).toEqual(values.map((value) => expect.closeTo(value, 4) as number));
    expect(measure(metric, run, qrels)).toBeCloseTo(mean, 4);
  });

  test('count a missing query as 0 where asked', () => {
    const missing = 'zero';
    expect(measure(ndcg({ k: 3, missing }), run, qrels)).toBeCloseTo(0.3046, 4);
    expect(measure(ndcg({ k: 10, missing }), run, qrels)).toBeCloseTo(0.3116, 4);
    expect(measure(meanAveragePrecision({ missing }), run, qrels)).toBeCloseTo(0.2562, 4);
    expect(measure(reciprocalRank({ missing }), run, qrels)).toBeCloseTo(0.25, 4);
  });

  test('take grades from relLevel on as relevant, but for nDCG', () => {
    const relLevel = 2;
    expect(measure(reciprocalRank({ relLevel }), run, qrels)).toBeCloseTo(0.1667, 4);
    expect(measure(meanAveragePrecision({ relLevel }), run, qrels)).toBeCloseTo(0.1296, 4);
    expect(measure(recallAt({ k: 3, relLevel }), run, qrels)).toBeCloseTo(0.2222, 4);
  });

  test('know the exponential gain', () => {
    expect(perQuery(ndcg({ k: 3, gain: 'exp' }))[0]).toBeCloseTo(0.518897, 6);
  });
});

describe('ranking metrics', () => {
  const made = {
    ndcg,
    map: meanAveragePrecision,
    mrr: reciprocalRank,
    recall: recallAt,
    precision: precisionAt,
    success: successAt,
  };
  test.each(golden.ranking)('agree with their definitions on random judgements', (expected) => {
    const judged = expected.qrels as unknown as Qrels;
    const found = expected.run as unknown as Run;
    expect(Object.keys(expected.means)).toHaveLength(144);
    for (const [name, value] of Object.entries(expected.means)) {
      const [, metric, k, relLevel, gain, zero] =
        /^(\w+) k=(\d+) level=(\d) gain=(\w+)( zero)?$/u.exec(name)!;
      const options = {
        k: Number(k),
        relLevel: Number(relLevel),
        gain: gain as 'linear' | 'exp',
        missing: zero === undefined ? ('intersect' as const) : ('zero' as const),
      };
      const make = made[metric as keyof typeof made];
      expect(measure(make(options), found, judged), name).toBeCloseTo(value, 12);
    }
  });

  test('order equal scores by document or as listed, and round to 32 bits where asked', () => {
    const judged = { q: { b: 1 } };
    const tied = { q: { b: 0.5, c: 0.5, a: 0.5 } };
    expect(measure(reciprocalRank(), tied, judged)).toBe(1 / 2);
    expect(measure(reciprocalRank({ tie: 'stable' }), tied, judged)).toBe(1);
    // By bytes a letter beyond 16 bits comes behind all others, which by UTF-16 it does not.
    const wide = { q: { '\ue000': 0.5, '😀': 0.5 } };
    expect(measure(reciprocalRank(), wide, { q: { '😀': 1 } })).toBe(1);
    const near = { q: { b: 0.100000002, c: 0.100000001 } };
    expect(measure(reciprocalRank(), near, judged)).toBe(1);
    expect(measure(reciprocalRank({ float32: true }), near, judged)).toBe(1 / 2);
  });

  test('keep a row for every judged query, whatever the run holds', () => {
    expect(ndcg().rows({ q2: { d1: 1 } }, qrels).data).toHaveLength(8);
  });

  test.each([
    ['no judgements', 'empty-data', () => measure(ndcg(), run, {})],
    ['a score that is none', 'non-finite-data', () => measure(ndcg(), { q1: { d1: NaN } }, qrels)],
    ['half a grade', 'invalid-data', () => measure(ndcg(), run, { q1: { d1: 0.5 } })],
    ['a run of other queries', 'undefined-metric', () => measure(ndcg(), { x: { d: 1 } }, qrels)],
    ['a cut of 0', 'invalid-option', () => ndcg({ k: 0 })],
    ['no cut where one is needed', 'invalid-option', () => precisionAt({} as { k: number })],
    ['a relLevel of 0', 'invalid-option', () => recallAt({ k: 1, relLevel: 0 })],
    ['another gain', 'invalid-option', () => ndcg({ gain: 'exponential' as 'exp' })],
    ['another tie', 'invalid-option', () => ndcg({ tie: 'random' as 'stable' })],
    ['missing ones counted otherwise', 'invalid-option', () => ndcg({ missing: 'all' as 'zero' })],
    [
      'a gain beyond all numbers',
      'invalid-data',
      () => measure(ndcg({ gain: 'exp' }), { q: { d: 1 } }, { q: { d: 3000 } }),
    ],
  ])('refuse %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 8,
});
/** Judgements and scores of one query over a pool of documents. */
const judgedRun = names.chain((documents) =>
  fc.record({
    grades: fc.array(fc.integer({ min: -1, max: 3 }), {
      minLength: documents.length,
      maxLength: documents.length,
    }),
    scores: fc.array(fc.integer({ min: 0, max: 5 }), {
      minLength: documents.length,
      maxLength: documents.length,
    }),
    documents: fc.constant(documents),
  }),
);
const table = (documents: readonly string[], values: readonly number[]) => ({
  q: Object.fromEntries(documents.map((document, i) => [document, values[i]!])),
});

describe('laws of ranking', () => {
  test.prop([judgedRun])('values stay in [0, 1] and grow with the cut', (given) => {
    const { documents, grades, scores } = given;
    const [judged, found] = [table(documents, grades), table(documents, scores)];
    let [recall, success] = [0, 0];
    for (let k = 1; k <= documents.length; k++) {
      for (const metric of [ndcg({ k }), meanAveragePrecision({ k }), reciprocalRank({ k })]) {
        const value = measure(metric, found, judged);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1 + 1e-12);
      }
      const [nextRecall, nextSuccess] = [
        measure(recallAt({ k }), found, judged),
        measure(successAt({ k }), found, judged),
      ];
      expect(nextRecall).toBeGreaterThanOrEqual(recall);
      expect(nextSuccess).toBeGreaterThanOrEqual(success);
      [recall, success] = [nextRecall, nextSuccess];
    }
  });

  test.prop([judgedRun])('order of listing and growing maps of scores change nothing', (given) => {
    const { documents, grades, scores } = given;
    const judged = table(documents, grades);
    const found = table(documents, scores);
    const back = table(documents.toReversed(), scores.toReversed());
    const mapped = table(
      documents,
      scores.map((score) => Math.exp(score) - 3),
    );
    for (const metric of [ndcg(), meanAveragePrecision(), precisionAt({ k: 2 })]) {
      const value = measure(metric, found, judged);
      expect(measure(metric, back, judged)).toBe(value);
      expect(measure(metric, mapped, judged)).toBe(value);
    }
  });

  test.prop([judgedRun])('the best order has nDCG 1 where anything is relevant', (given) => {
    const { documents, grades } = given;
    const judged = table(documents, grades);
    const relevant = grades.some((grade) => grade > 0);
    for (const gain of ['linear', 'exp'] as const) {
      expect(measure(ndcg({ gain }), judged, judged)).toBeCloseTo(relevant ? 1 : 0, 12);
    }
  });
});

describe("TREC's files", () => {
  test('are read', () => {
    expect(parseQrels('q1 0 d1 2\r\nq1 0 __proto__ -1\n\n')).toEqual({
      q1: Object.fromEntries([
        ['d1', 2],
        ['__proto__', -1],
      ]),
    });
    expect(parseRun('q1\tQ0\td1\t7\t0.25\ttag\n')).toEqual({ q1: { d1: 0.25 } });
  });

  test.each([
    ['a field too few', 'invalid-record', /line 2/u, () => parseQrels('q 0 d 1\nq 0 d\n')],
    ['half a grade', 'invalid-record', /line 1/u, () => parseQrels('q 0 d 0.5')],
    ['a score that is none', 'invalid-record', /line 1/u, () => parseRun('q Q0 d 1 x tag')],
    ['a document twice', 'duplicate-name', /line 2/u, () => parseQrels('q 0 d 1\nq 0 d 2')],
  ])('are refused with %s', (_name, code, given, call) => {
    expect(call).toThrow(
      expect.objectContaining({ code, given: expect.stringMatching(given) as string }),
    );
  });
});
