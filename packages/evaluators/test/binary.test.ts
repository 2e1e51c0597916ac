import { fc, test } from '@fast-check/vitest';
import {
  auc,
  averagePrecision,
  bestBalancedAccuracy,
  binaryBrier,
  binaryNll,
  membershipInference,
  positivesOf,
  rocCurve,
  scoresOf,
  tprAtFpr,
  youden,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import { fallingOrder } from '../src/falling-order.js';
import golden from './golden/classification.json' with { type: 'json' };
import { measure, soft } from './support.js';

const y = [1, 0, 1, 1, 0, 0, 1, 0];
const s = [0.9, 0.8, 0.8, 0.6, 0.5, 0.5, 0.4, 0.1];

describe('scores of eight items', () => {
  test('have their areas and points', () => {
    expect(measure(auc(), s, y)).toBe(0.71875);
    expect(measure(averagePrecision(), s, y)).toBeCloseTo(0.747024, 6);
    expect(measure(youden(), s, y)).toBe(0.5);
    expect(measure(bestBalancedAccuracy(), s, y)).toBe(0.75);
    expect(measure(tprAtFpr({ fpr: 0.25 }), s, y)).toBe(0.75);
  });

  test('have their likelihoods', () => {
    const confidences = [0.95, 0.9, 0.85, 0.7, 0.65, 0.6, 0.55, 0.3];
    const right = [1, 1, 0, 1, 0, 1, 0, 0];
    expect(measure(binaryBrier(), confidences, right)).toBeCloseTo(0.225, 12);
    expect(measure(binaryNll(), confidences, right)).toBeCloseTo(0.640785, 6);
  });
});

describe('scores', () => {
  test.each(golden.scores)('agree with scikit-learn, ties and weights included', (expected) => {
    const { scores, positives, times } = expected;
    const rows = auc().rows(scores, positives);
    const weights = Uint32Array.from(times);
    expect(auc().value(rows)).toBeCloseTo(expected.auc, 12);
    expect(averagePrecision().value(rows)).toBeCloseTo(expected.averagePrecision, 12);
    expect(auc().weighted(rows)(weights)).toBeCloseTo(expected.weightedAuc, 12);
    const weighted = averagePrecision().weighted(rows)(weights);
    expect(weighted).toBeCloseTo(expected.weightedAveragePrecision, 12);
    expect(youden().value(rows)).toBeCloseTo(expected.youden, 12);
    for (const [fpr, tpr] of Object.entries(expected.tpr)) {
      const negatives = positives.length - positives.reduce((a, b) => a + b, 0);
      const metric = tprAtFpr({ fpr: Number(fpr) });
      if (Number(fpr) * negatives >= 1) expect(metric.value(rows)).toBeCloseTo(tpr, 12);
      else expect(() => metric.value(rows)).toThrow(/negatives/u);
    }
    const curve = rocCurve(scores, positives);
    expect(curve.map(({ fpr }) => fpr)).toEqual(expected.roc.fpr);
    expect(curve.map(({ tpr }) => tpr)).toEqual(expected.roc.tpr);
    expect(curve[1]!.threshold).toBe(Math.max(...scores));
  });

  test('of a class against the rest', () => {
    const three = soft([
      [0.7, 0.2, 0.1],
      [0.2, 0.3, 0.5],
      [0.1, 0.6, 0.3],
    ]);
    expect([...scoresOf(three, 2)]).toEqual([0.1, 0.5, 0.3]);
    expect([...positivesOf([0, 2, 1], 2)]).toEqual([0, 1, 0]);
  });

  const items = fc.array(
    fc.record({ score: fc.double({ noNaN: true }), positive: fc.integer({ min: 0, max: 1 }) }),
    { minLength: 2, maxLength: 40 },
  );

  test.prop([items])('turned around have the rest of the area', (given) => {
    const positives = given.map(({ positive }) => positive);
    fc.pre(new Set(positives).size === 2);
    const scores = given.map(({ score }) => score);
    const area = measure(auc(), scores, positives);
    const back = measure(
      auc(),
      scores.map((score) => -score),
      positives,
    );
    expect(area + back).toBeCloseTo(1, 12);
    expect(measure(averagePrecision(), scores, positives)).toBeLessThanOrEqual(1);
    // Growing maps of the scores, and the order of the items, change nothing.
    const ranks = [...new Set(scores.map((score) => score + 0))].sort((a, b) => a - b);
    const mapped = scores.map((score) => ranks.indexOf(score + 0));
    expect(measure(auc(), mapped, positives)).toBeCloseTo(area, 12);
    expect(measure(auc(), scores.toReversed(), positives.toReversed())).toBeCloseTo(area, 12);
  });

  test.prop([fc.array(fc.double({ noNaN: true }))])('are sorted as by a comparator', (numbers) => {
    const scores = Float64Array.from(numbers);
    const expected = Array.from(scores, (_, i) => i).sort((i, j) =>
      scores[i] === scores[j] ? 0 : scores[i]! > scores[j]! ? -1 : 1,
    );
    expect(Array.from(fallingOrder(scores))).toEqual(expected);
  });

  test('that differ in their lowest bits alone are sorted too, few or many', () => {
    for (const length of [3, 200]) {
      // Steps of the last bit, in a shuffled order with each step twice.
      const steps = Array.from({ length }, (_, i) => ((i * 77) % length) >> 1);
      const scores = Float64Array.from(steps, (step) => 1 + step * Number.EPSILON);
      const order = Array.from(fallingOrder(scores));
      const expected = [...steps.keys()].sort((i, j) => steps[j]! - steps[i]! || i - j);
      expect(order).toEqual(expected);
    }
  });

  test.each([
    ['no positive', 'undefined-metric', () => measure(auc(), [1, 2], [0, 0])],
    ['no negative', 'undefined-metric', () => measure(averagePrecision(), [1, 2], [1, 1])],
    ['too few negatives', 'undefined-metric', () => measure(tprAtFpr({ fpr: 0.01 }), s, y)],
    ['NaN', 'non-finite-data', () => measure(auc(), [NaN, 1], [0, 1])],
    ['a third class', 'label-out-of-range', () => measure(auc(), [1, 1], [0, 2])],
    ['a label too few', 'shape-mismatch', () => measure(auc(), [1, 1], [0])],
    ['no items', 'empty-data', () => measure(auc(), [], [])],
    ['a share of 0', 'invalid-option', () => tprAtFpr({ fpr: 0 })],
    ['a probability above 1', 'invalid-data', () => measure(binaryBrier(), [2], [1])],
    ['a class that is none', 'label-out-of-range', () => scoresOf(soft([[0.5, 0.5]]), 2)],
    ['labels for scores', 'missing-signal', () => scoresOf({ labels: [0], classes: 2 }, 0)],
    [
      'a pick beyond the rows',
      'invalid-data',
      () => auc().value(auc().rows(s, y), Uint32Array.of(8)),
    ],
  ])('are refused with %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe('membership inference', () => {
  test('of four members and four others', () => {
    const found = membershipInference([0.1, 0.2, 0.3, 0.5], [0.2, 0.4, 0.6, 0.9]);
    expect(found).toEqual({
      auc: 0.78125,
      averagePrecision: expect.closeTo(0.770833, 6) as number,
      balancedAccuracy: 0.75,
    });
  });

  test('gives low shares where there are enough others', () => {
    const members = Array.from({ length: 50 }, (_, i) => i / 100);
    const others = Array.from({ length: 1000 }, (_, i) => 0.255 + i / 100);
    const found = membershipInference(members, others);
    // 26 members lie below every other; one other in a thousand lies at 0.255.
    expect(found.tprAtTenthPercent).toBe(27 / 50);
    expect(found.tprAt1Percent).toBeCloseTo(36 / 50, 12);
    expect(membershipInference(members, others.slice(0, 500))).not.toHaveProperty(
      'tprAtTenthPercent',
    );
  });

  test('needs both kinds', () => {
    expect(() => membershipInference([1], [])).toThrow(
      expect.objectContaining({ code: 'undefined-metric' }),
    );
  });
});
