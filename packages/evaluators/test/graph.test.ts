import { fc, test } from '@fast-check/vitest';
import {
  answerCoverage,
  type Edge,
  hitsAt,
  linkMrr,
  linkRank,
  type Member,
  pathRecall,
  rankBiasedOverlap,
  setF1,
  setPrecision,
  setRecall,
  subgraphPrecision,
  subgraphSize,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/retrieval.json' with { type: 'json' };
import { measure } from './support.js';

describe('ranks of links', () => {
  const scores = [0.9, 0.8, 0.8, 0.5];

  test('lie between the best and the worst order of equal scores', () => {
    const rank = linkRank(scores, { target: 1 });
    expect(rank).toEqual({ optimistic: 2, pessimistic: 3, realistic: 2.5 });
  });

  test('leave out what is known to be true, but never the target', () => {
    const rank = { optimistic: 1, pessimistic: 2, realistic: 1.5 };
    expect(linkRank(scores, { target: 1, known: [0] })).toEqual(rank);
    expect(linkRank(scores, { target: 1, known: [0, 1] })).toEqual(rank);
  });

  test('make MRR and hits', () => {
    const links = [{ target: 1 }, { target: 0 }];
    expect(measure(linkMrr(), [scores, scores], links)).toBeCloseTo((1 / 2.5 + 1) / 2, 12);
    expect(measure(hitsAt({ k: 2 }), [scores, scores], links)).toBe(0.5);
    expect(measure(hitsAt({ k: 3 }), [scores, scores], links)).toBe(1);
  });

  test('of a constant scorer are those of chance', () => {
    expect(linkRank(new Float32Array(99), { target: 5 }).realistic).toBe(50);
  });

  test.each([
    ['a target beyond the scores', 'label-out-of-range', () => linkRank([1], { target: 1 })],
    ['NaN', 'non-finite-data', () => linkRank([1, NaN], { target: 0 })],
    ['no links', 'empty-data', () => measure(linkMrr(), [], [])],
    ['a link too few', 'shape-mismatch', () => measure(linkMrr(), [[1]], [])],
    ['a cut of 0', 'invalid-option', () => hitsAt({ k: 0 })],
  ])('refuse %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe('overlap of sets', () => {
  const gold: Member[][] = [
    [
      ['a', 'r', 'b'],
      ['b', 'r', 'c'],
      ['c', 'r', 'd'],
    ],
  ];
  const predicted: Member[][] = [[...gold[0]!.slice(0, 2), ['A', 'r', 'B'], ['x', 'r', 'y']]];

  test('of triples', () => {
    expect(measure(setPrecision(), predicted, gold)).toBe(0.5);
    expect(measure(setRecall(), predicted, gold)).toBeCloseTo(2 / 3, 12);
    expect(measure(setF1(), predicted, gold)).toBeCloseTo(4 / 7, 12);
  });

  test('counts a member once, also in another form that means the same', () => {
    const canonical = (member: Member): Member => String(member).toLowerCase();
    // Two of three members now: A r B is a r b.
    expect(measure(setPrecision({ canonical }), predicted, gold)).toBeCloseTo(2 / 3, 12);
  });

  test('as a mean of items or over all', () => {
    const items: Member[][] = [['a'], ['a', 'b', 'c'], []];
    const wanted: Member[][] = [['a'], ['x'], []];
    expect(measure(setPrecision(), items, wanted)).toBe(1 / 4);
    // Nothing predicted where nothing was wanted is right.
    expect(measure(setPrecision({ average: 'macro' }), items, wanted)).toBeCloseTo(2 / 3, 12);
    expect(measure(setF1({ average: 'macro' }), [[]], [['x']])).toBe(0);
    expect(measure(setPrecision(), [[]], [['x']])).toBe(0);
    expect(measure(setRecall(), [['x']], [[]])).toBe(0);
  });

  test('is undefined where there is no member at all', () => {
    const call = (): number => measure(setF1(), [[]], [[]]);
    expect(call).toThrow(expect.objectContaining({ code: 'undefined-metric' }));
  });

  test('refuse an average that there is not', () => {
    expect(() => setF1({ average: 'mean' as 'macro' })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given: 'average "mean"' }) as Error,
    );
  });
});

describe('subgraphs', () => {
  const edges: Edge[] = [
    ['q', 'likes', 'x'],
    ['x', 'is', 'answer'],
    ['q', 'has', 'y'],
    ['q', 'likes', 'x'],
  ];
  const gold = { answers: ['answer'], paths: [edges.slice(0, 2), [['q', 'r', 'z'] as const]] };

  test('cover an answer, hold a path, and have a size', () => {
    expect(measure(answerCoverage(), [{ edges }], [gold])).toBe(1);
    expect(measure(pathRecall(), [{ edges }], [gold])).toBe(1);
    expect(measure(subgraphPrecision(), [{ edges }], [gold])).toBeCloseTo(2 / 3, 12);
    expect(measure(subgraphSize(), [{ edges }], [gold])).toBe(3);
  });

  test('that lack an edge of each path recall none', () => {
    const part = { edges: edges.slice(0, 1), nodes: ['answer'] };
    expect(measure(answerCoverage(), [part], [gold])).toBe(1);
    expect(measure(pathRecall(), [part], [gold])).toBe(0);
    expect(measure(subgraphPrecision(), [{ edges: [] }], [gold])).toBe(0);
  });
});

describe('rank-biased overlap', () => {
  test('of abcd and badc', () => {
    expect(
      measure(rankBiasedOverlap(), [['a', 'b', 'c', 'd']], [['b', 'a', 'd', 'c']]),
    ).toBeCloseTo(0.873, 3);
  });

  test.each(golden.rbo)('agrees with its definition over sets, p = $p', ({ a, b, p, value }) => {
    const metric = rankBiasedOverlap({ persistence: Number(p) });
    expect(measure(metric, [a], [b])).toBeCloseTo(value, 12);
    expect(measure(metric, [b], [a])).toBeCloseTo(value, 12);
  });

  test.prop([fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 9 })])(
    'is 1 with itself, 0 with strangers',
    (list) => {
      expect(measure(rankBiasedOverlap(), [list], [list])).toBeCloseTo(1, 9);
      const strangers = list.map((each) => `${each} not`);
      const apart = strangers.every((each) => !list.includes(each));
      if (apart) expect(measure(rankBiasedOverlap(), [list], [strangers])).toBe(0);
    },
  );

  test.each([
    ['an empty list', 'undefined-metric', () => measure(rankBiasedOverlap(), [[]], [['a']])],
    ['a name twice', 'duplicate-name', () => measure(rankBiasedOverlap(), [['a', 'a']], [['a']])],
    ['a persistence of 1', 'invalid-option', () => rankBiasedOverlap({ persistence: 1 })],
  ])('refuses %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
