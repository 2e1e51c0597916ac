import { test } from '@fast-check/vitest';
import {
  distillationLoss,
  fidelityReport,
  jensenShannon,
  rankAgreement,
  reverseDivergence,
  teacherDivergence,
  totalVariation,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import { classified, measure, soft } from './support.js';

const teacher = soft([
  [0.7, 0.2, 0.1],
  [0.3, 0.4, 0.3],
  [0.2, 0.5, 0.3],
  [0.1, 0.1, 0.8],
]);
const student = soft([
  [0.6, 0.3, 0.1],
  [0.2, 0.5, 0.3],
  [0.5, 0.25, 0.25],
  [0.2, 0.2, 0.6],
]);

describe('student and teacher on four items', () => {
  test('have their divergences', () => {
    expect(measure(teacherDivergence(), student, teacher)).toBeCloseTo(0.092181, 6);
    expect(measure(reverseDivergence(), student, teacher)).toBeCloseTo(0.100889, 6);
    expect(measure(jensenShannon(), student, teacher)).toBeCloseTo(0.023629, 6);
    expect(measure(totalVariation(), student, teacher)).toBeCloseTo(0.175, 12);
  });

  test.each([
    [1, 0.079028],
    [2, 0.112407],
    [4, 0.113738],
  ])('have the loss of soft targets at temperature %d', (temperature, loss) => {
    const [s, t] = [
      { logits: Float64Array.of(2, 1, 0.1), classes: 3 },
      { logits: Float64Array.of(3, 1, 0.2), classes: 3 },
    ];
    expect(measure(distillationLoss({ temperature }), s, t)).toBeCloseTo(loss, 6);
  });

  test('are told apart where the teacher is right and where it is wrong', () => {
    const report = fidelityReport(student, teacher, [0, 1, 0, 2]);
    expect(report).toMatchObject({
      // The teacher has three right, the student all.
      accuracyGap: -0.25,
      agreement: 0.75,
      whereTeacherRight: { agreement: 1, n: 3 },
      whereTeacherWrong: { agreement: 0, n: 1 },
    });
    expect(report.totalVariation).toBeCloseTo(0.175, 12);
    // τ-b by item: 1; pairs (0,1) and (1,2) agree and (0,2) ties once, so 2/√6; −1, 1, 0: ties too.
    const byHand = [1, 2 / Math.sqrt(6), -2 / Math.sqrt(6), 1];
    expect(report.kendall).toBeCloseTo(byHand.reduce((a, b) => a + b) / 4, 12);
    expect(report.ece.student).toBeCloseTo(0.45, 12);
    expect(fidelityReport(student, teacher, [0, 1, 1, 2])).not.toHaveProperty('whereTeacherWrong');
  });

  test('agree in rank where they order alike', () => {
    for (const by of ['kendall', 'spearman'] as const) {
      expect(measure(rankAgreement({ by }), teacher, teacher)).toBeCloseTo(1, 12);
    }
    const flat = soft([
      [1 / 3, 1 / 3, 1 / 3],
      [0.2, 0.3, 0.5],
    ]);
    const two = soft([
      [0.1, 0.2, 0.7],
      [0.1, 0.2, 0.7],
    ]);
    // An item without an order is left out.
    expect(measure(rankAgreement(), flat, two)).toBeCloseTo(1, 12);
  });

  test.prop([classified])('no divergence is below 0, and all are 0 for equals', (given) => {
    const [s, t] = [soft(given.rows), soft(given.rows.toReversed())];
    const same = given.rows.every((row, i) => row.every((p, c) => p === given.rows.at(-1 - i)![c]));
    for (const metric of [reverseDivergence(), jensenShannon(), totalVariation()]) {
      const value = measure(metric, s, t);
      expect(value).toBeGreaterThanOrEqual(0);
      if (!same) expect(value).toBeGreaterThan(0);
      expect(measure(metric, s, s)).toBeCloseTo(0, 12);
    }
    expect(measure(jensenShannon(), s, t)).toBeLessThanOrEqual(Math.LN2);
    expect(measure(totalVariation(), s, t)).toBeLessThanOrEqual(1 + 1e-12);
    expect(measure(jensenShannon(), t, s)).toBeCloseTo(measure(jensenShannon(), s, t), 12);
  });

  test('a class that the teacher rules out costs no infinity', () => {
    const value = measure(reverseDivergence(), soft([[0.5, 0.5]]), soft([[1, 0]]));
    expect(value).toBeCloseTo(0.5 * Math.log(0.5) + 0.5 * Math.log(0.5 / 1e-12), 9);
  });

  test.each([
    [
      'other classes',
      'shape-mismatch',
      () => measure(jensenShannon(), soft([[1, 0]]), soft([[1]])),
    ],
    [
      'labels alone',
      'missing-signal',
      () => measure(totalVariation(), { labels: [0], classes: 3 }, teacher),
    ],
    [
      'an abstention',
      'missing-signal',
      () => measure(totalVariation(), soft([[0, 0]]), soft([[1, 0]])),
    ],
    [
      'a teacher that abstains',
      'missing-signal',
      () => measure(teacherDivergence(), soft([[1, 0]]), soft([[0, 0]])),
    ],
    ['another correlation', 'invalid-option', () => rankAgreement({ by: 'pearson' as 'kendall' })],
    [
      'no order at all',
      'undefined-metric',
      () => measure(rankAgreement(), soft([[0.5, 0.5]]), soft([[1, 0]])),
    ],
    ['a temperature of 0', 'invalid-option', () => distillationLoss({ temperature: 0 })],
  ])('refuse %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
