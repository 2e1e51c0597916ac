import { test } from '@fast-check/vitest';
import {
  accuracy,
  balancedAccuracy,
  classScores,
  confusion,
  macroF1,
  mcc,
  microF1,
  weightedF1,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/classification.json' with { type: 'json' };
import { classified, measure, soft } from './support.js';

describe('answers by class', () => {
  test.each(golden.classes)('agree with scikit-learn, $classes classes', (expected) => {
    const answers = { labels: expected.answers, classes: expected.classes };
    const { labels } = expected;
    expect(measure(microF1(), answers, labels)).toBeCloseTo(expected.microF1, 12);
    expect(measure(macroF1(), answers, labels)).toBeCloseTo(expected.macroF1, 12);
    expect(measure(weightedF1(), answers, labels)).toBeCloseTo(expected.weightedF1, 12);
    expect(measure(balancedAccuracy(), answers, labels)).toBeCloseTo(expected.balancedAccuracy, 12);
    expect(measure(mcc(), answers, labels)).toBeCloseTo(expected.mcc, 12);
    expect(confusion(answers, labels).counts).toEqual(expected.confusion);
    const scores = classScores(answers, labels);
    const present = scores.flatMap(({ f1 }) => (f1 === undefined ? [] : [f1]));
    const mean = present.reduce((sum, f1) => sum + f1, 0) / present.length;
    expect(mean).toBeCloseTo(expected.macroF1, 12);
  });

  test('an abstention lowers recall, not precision', () => {
    const answers = { labels: [0, -1, 1, 1], classes: 2 };
    const labels = [0, 0, 1, 1];
    // Three of three answers are right, three of four items.
    expect(measure(microF1(), answers, labels)).toBeCloseTo(6 / 7, 12);
    expect(measure(balancedAccuracy(), answers, labels)).toBe(0.75);
    expect(measure(weightedF1(), answers, labels)).toBeCloseTo((2 / 3 + 1) / 2, 12);
    // (3·4 − 6) / √((16 − 1 − 4 − 1)(16 − 8)).
    expect(measure(mcc(), answers, labels)).toBeCloseTo(6 / Math.sqrt(80), 12);
    expect(classScores(answers, labels)[0]).toEqual({
      label: 0,
      support: 2,
      precision: 1,
      recall: 0.5,
      f1: 2 / 3,
    });
  });

  test('a share of nothing is absent', () => {
    expect(classScores({ labels: [0], classes: 3 }, [1])).toEqual([
      { label: 0, support: 0, precision: 0, f1: 0 },
      { label: 1, support: 1, recall: 0, f1: 0 },
      { label: 2, support: 0 },
    ]);
  });

  test('MCC is 0 where every answer is the same, and undefined where every reference is', () => {
    expect(measure(mcc(), { labels: [1, 1, 1], classes: 2 }, [0, 1, 0])).toBe(0);
    expect(() => measure(mcc(), { labels: [0, 1], classes: 2 }, [1, 1])).toThrow(
      expect.objectContaining({
        code: 'undefined-metric',
        expected: expect.stringContaining('two classes') as string,
      }),
    );
  });

  test.prop([classified])('without abstentions micro-F1 is accuracy', ({ rows, labels }) => {
    const value = measure(accuracy(), soft(rows), labels);
    expect(measure(microF1(), soft(rows), labels)).toBeCloseTo(value, 12);
    if (new Set(labels).size < 2) return;
    const correlation = measure(mcc(), soft(rows), labels);
    expect(Math.abs(correlation)).toBeLessThanOrEqual(1 + 1e-12);
    const classes = rows[0]!.length;
    expect(measure(mcc(), { labels, classes }, labels)).toBeCloseTo(1, 12);
  });
});
