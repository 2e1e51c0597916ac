import { test } from '@fast-check/vitest';
import {
  abstentions,
  accuracy,
  agreement,
  brier,
  confusion,
  ece,
  macroF1,
  nll,
  type Predictions,
  reliability,
  surestMistakes,
  teacherDivergence,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/metrics.json' with { type: 'json' };
import { classified, measure, soft } from './support.js';

describe('predictions of another form', () => {
  test.each([
    [null, 'null as predictions'],
    [undefined, 'undefined as predictions'],
    ['yes', 'string as predictions'],
    [{}, 'predictions with no fields'],
    [{ classes: 2 }, 'predictions with the fields classes'],
    [
      { probabilities: [[0.5, 0.5]], classes: 2 },
      'predictions with the fields probabilities, classes',
    ],
    [{ labels: 3, classes: 2 }, 'predictions with the fields labels, classes'],
    [{ logits: new Float32Array(2) }, 'predictions with the fields logits'],
  ])('are refused by accuracy: %j', (wrong, given) => {
    expect(() => accuracy().rows(wrong as never, [0])).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        where: 'accuracy',
        given,
        expected: expect.stringContaining('{ probabilities, classes }') as string,
      }) as Error,
    );
  });

  test.each([undefined, [[0.5, 0.5]]])('are refused by nll: %j', (probabilities) => {
    expect(() => nll().rows({ probabilities, classes: 2 } as never, [0])).toThrow(
      expect.objectContaining({ code: 'invalid-data', where: 'nll' }) as Error,
    );
  });
});

describe('classification metrics', () => {
  test.each(golden.cases)(
    'agree with their formulas in fractions, $classes classes',
    (expected) => {
      const { labels } = expected;
      const predictions = soft(expected.probabilities);
      expect(measure(accuracy(), predictions, labels)).toBeCloseTo(expected.accuracy, 12);
      expect(measure(macroF1(), predictions, labels)).toBeCloseTo(expected.macroF1, 12);
      expect(measure(nll(), predictions, labels)).toBeCloseTo(expected.nll, 10);
      expect(measure(brier(), predictions, labels)).toBeCloseTo(expected.brier, 10);
      for (const [bins, value] of Object.entries(expected.ece)) {
        expect(measure(ece({ bins: Number(bins) }), predictions, labels)).toBeCloseTo(value, 10);
      }
      const teacher = soft(expected.teacher);
      expect(measure(agreement(), predictions, teacher)).toBeCloseTo(expected.agreement, 12);
      expect(measure(teacherDivergence(), predictions, teacher)).toBeCloseTo(
        expected.teacherDivergence,
        10,
      );
      expect(confusion(predictions, labels).counts).toEqual(expected.confusion);
    },
  );

  test('multiclass Brier and NLL of three items', () => {
    const predictions = soft([
      [0.7, 0.2, 0.1],
      [0.1, 0.6, 0.3],
      [0.3, 0.3, 0.4],
    ]);
    expect(measure(brier(), predictions, [0, 2, 2])).toBeCloseTo(0.513333, 6);
    expect(measure(nll(), predictions, [0, 2, 2])).toBeCloseTo(0.825646, 6);
  });

  test('agreement and divergence of four items', () => {
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
    expect(measure(agreement(), student, teacher)).toBe(0.75);
    expect(measure(teacherDivergence(), student, teacher)).toBeCloseTo(0.092181, 6);
    expect(measure(teacherDivergence(), teacher, student)).toBeCloseTo(0.100889, 6);
  });

  test('calibration bins include their right end', () => {
    // Confidences that are not above one half cannot be top of two classes; a third class takes the rest.
    const confidences = [0.95, 0.9, 0.85, 0.7, 0.65, 0.6, 0.55, 0.3];
    const right = [1, 1, 0, 1, 0, 1, 0, 0];
    const rows = confidences.map((p) => [p, ...Array.from({ length: 4 }, () => (1 - p) / 4)]);
    const labels = right.map((r) => (r === 1 ? 0 : 1));
    expect(measure(ece({ bins: 5 }), soft(rows), labels)).toBeCloseTo(0.1875, 12);
    expect(measure(ece({ bins: 10 }), soft(rows), labels)).toBeCloseTo(0.2, 12);
    const bins = reliability(soft(rows), labels, { bins: 10 });
    expect(bins.map((bin) => bin.count)).toEqual([0, 0, 1, 0, 0, 2, 2, 0, 2, 1]);
    expect(bins[8]).toMatchObject({ low: 0.8, high: 0.9, accuracy: 0.5 });
    expect(bins[8]!.confidence).toBeCloseTo(0.875, 12);
  });

  test('macro-F1 by hand, over the classes that occur', () => {
    // F1 of class 0: 2/3, of class 1: 4/5; class 2 neither occurs nor is answered.
    expect(measure(macroF1(), { labels: [0, 1, 1, 1], classes: 3 }, [0, 0, 1, 1])).toBeCloseTo(
      (2 / 3 + 4 / 5) / 2,
      12,
    );
  });

  test('an abstention is wrong, counted apart, and left out of calibration', () => {
    const predictions = soft([
      [0, 0],
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(measure(accuracy(), predictions, [0, 0, 1])).toBeCloseTo(1 / 3, 12);
    expect(abstentions(predictions)).toBe(1);
    expect(measure(ece(), predictions, [0, 0, 1])).toBeCloseTo(0, 12);
    expect(confusion(predictions, [0, 0, 1])).toEqual({
      counts: [
        [1, 0],
        [1, 0],
      ],
      abstained: [1, 0],
    });
    const labels = { labels: [-1, 0, 1], classes: 2 };
    expect(measure(accuracy(), labels, [0, 0, 1])).toBeCloseTo(2 / 3, 12);
    // Class 0: one hit, one miss: 2/3. Class 1: 1.
    expect(measure(macroF1(), labels, [0, 0, 1])).toBeCloseTo((2 / 3 + 1) / 2, 12);
    expect(measure(agreement(), labels, labels)).toBeCloseTo(2 / 3, 12);
  });

  test('the surest mistakes come first', () => {
    const predictions = soft([
      [0.6, 0.4],
      [0.9, 0.1],
      [0.2, 0.8],
      [0, 0],
    ]);
    expect(surestMistakes(predictions, [1, 1, 1, 0])).toEqual([
      { item: 1, label: 1, predicted: 0, probability: 0.9 },
      { item: 0, label: 1, predicted: 0, probability: 0.6 },
    ]);
    expect(surestMistakes(predictions, [1, 1, 1, 0], { limit: 1 })).toHaveLength(1);
  });

  test('a probability of 0 for the truth costs 27.6 nats, not infinity', () => {
    expect(measure(nll(), soft([[1, 0]]), [1])).toBeCloseTo(-Math.log(1e-12), 10);
  });

  test.prop([classified])('stay within their bounds, and ignore the order of items', (given) => {
    const { rows, labels } = given;
    const back = { rows: rows.toReversed(), labels: labels.toReversed() };
    const bounds = [
      [accuracy(), 1],
      [macroF1(), 1],
      [brier(), 2],
      [ece(), 1],
    ] as const;
    for (const [metric, most] of bounds) {
      const value = measure(metric, soft(rows), labels);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(most + 1e-9);
      expect(measure(metric, soft(back.rows), back.labels)).toBeCloseTo(value, 9);
    }
    expect(measure(teacherDivergence(), soft(rows), soft(back.rows))).toBeGreaterThanOrEqual(0);
    expect(measure(teacherDivergence(), soft(rows), soft(rows))).toBeCloseTo(0, 9);
    expect(measure(agreement(), soft(rows), soft(rows))).toBe(1);
  });

  test.prop([classified])('a pick of every item is the whole', ({ rows, labels }) => {
    const all = Uint32Array.from(labels, (_, i) => i);
    for (const metric of [accuracy(), macroF1(), nll(), brier(), ece()]) {
      const statistics = metric.rows(soft(rows), labels);
      expect(metric.value(statistics, all)).toBeCloseTo(metric.value(statistics), 12);
      const twice = Uint32Array.from([...all, ...all]);
      expect(metric.value(statistics, twice)).toBeCloseTo(metric.value(statistics), 9);
    }
  });

  test('float32 rows are accepted', () => {
    const predictions: Predictions = {
      probabilities: Float32Array.from([0.1, 0.2, 0.7]),
      classes: 3,
    };
    expect(measure(accuracy(), predictions, [2])).toBe(1);
  });
});

describe('what metrics refuse', () => {
  const two = soft([
    [0.5, 0.5],
    [0.2, 0.8],
  ]);
  test.each([
    ['a reference too few', 'shape-mismatch', () => measure(accuracy(), two, [0])],
    ['no items', 'empty-data', () => measure(accuracy(), { labels: [], classes: 2 }, [])],
    ['a reference that is no class', 'label-out-of-range', () => measure(accuracy(), two, [0, 2])],
    ['a negative reference', 'label-out-of-range', () => measure(macroF1(), two, [0, -1])],
    [
      'an answer that is no class',
      'label-out-of-range',
      () => abstentions({ labels: [-2], classes: 2 }),
    ],
    ['NaN', 'non-finite-data', () => measure(nll(), soft([[NaN, 1]]), [0])],
    ['logits', 'invalid-data', () => measure(accuracy(), soft([[3, -1]]), [0])],
    ['a negative probability', 'invalid-data', () => measure(accuracy(), soft([[1.5, -0.5]]), [0])],
    ['rows that do not add up', 'invalid-data', () => measure(ece(), soft([[0.2, 0.2]]), [0])],
    [
      'a cut-off row',
      'shape-mismatch',
      () => measure(brier(), { probabilities: new Float64Array(3), classes: 2 }, [0]),
    ],
    ['labels for NLL', 'missing-signal', () => measure(nll(), { labels: [0], classes: 2 }, [0])],
    ['an abstention for NLL', 'missing-signal', () => measure(nll(), soft([[0, 0]]), [0])],
    ['abstentions alone for ECE', 'empty-data', () => measure(ece(), soft([[0, 0]]), [0])],
    ['no bins', 'invalid-option', () => ece({ bins: 0 })],
    ['half a class', 'invalid-option', () => abstentions({ labels: [0], classes: 0.5 })],
    [
      'a teacher of other classes',
      'shape-mismatch',
      () => measure(agreement(), two, soft([[1], [1]])),
    ],
    [
      'an index beyond the rows',
      'invalid-data',
      () => accuracy().value(accuracy().rows(two, [0, 1]), Uint32Array.of(2)),
    ],
    [
      'an empty pick',
      'empty-data',
      () => macroF1().value(macroF1().rows(two, [0, 1]), new Uint32Array(0)),
    ],
  ])('%s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
