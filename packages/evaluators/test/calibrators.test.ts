import { fc, test } from '@fast-check/vitest';
import {
  aurc,
  calibrate,
  type Calibration,
  ece,
  equalMassEce,
  fitIsotonic,
  fitPlatt,
  fitTemperature,
  mce,
  nll,
  precisionThreshold,
  proportionLow,
  riskCoverage,
  topLabels,
} from '@limbeck/evaluators';
import { Rng } from '@limbeck/core';
import { describe, expect } from 'vitest';
import golden from './golden/classification.json' with { type: 'json' };
import retrieval from './golden/retrieval.json' with { type: 'json' };
import { calibratedProbability } from '../src/calibrators/calibrate.js';
import { classified, measure, soft } from './support.js';

/** Answers with these confidences, right or wrong; what is left goes to classes that are never answered. */
function confident(confidences: readonly number[], right: readonly number[]) {
  const others = 9;
  const rows = confidences.map((p) => [
    p,
    ...Array.from({ length: others }, () => (1 - p) / others),
  ]);
  return { predictions: soft(rows), labels: right.map((r) => (r === 1 ? 0 : 1)) };
}

const eight = confident([0.95, 0.9, 0.85, 0.7, 0.65, 0.6, 0.55, 0.3], [1, 1, 0, 1, 0, 1, 0, 0]);

describe('calibration error', () => {
  test('of eight answers', () => {
    const { predictions, labels } = eight;
    expect(measure(mce({ bins: 5 }), predictions, labels)).toBeCloseTo(0.3, 12);
    expect(measure(mce({ bins: 10 }), predictions, labels)).toBeCloseTo(0.375, 12);
    expect(measure(equalMassEce({ bins: 4 }), predictions, labels)).toBeCloseTo(0.225, 12);
    expect(measure(aurc(), predictions, labels)).toBeCloseTo(0.280655, 6);
  });

  test.each(retrieval.calibration)('agrees with exact sums', (expected) => {
    const { predictions, labels } = confident(expected.confidences, expected.right);
    for (const [bins, value] of Object.entries(expected.equalMass)) {
      const metric = equalMassEce({ bins: Number(bins) });
      expect(measure(metric, predictions, labels)).toBeCloseTo(value, 10);
    }
    for (const [bins, value] of Object.entries(expected.mce)) {
      expect(measure(mce({ bins: Number(bins) }), predictions, labels)).toBeCloseTo(value, 10);
    }
    expect(measure(aurc(), predictions, labels)).toBeCloseTo(expected.aurc, 10);
  });

  test.prop([fc.integer({ min: 1, max: 9 })])('is 0 for a constant that is right', (right) => {
    const { predictions, labels } = confident(
      Array.from({ length: 10 }, () => Math.max(0.2, right / 10)),
      Array.from({ length: 10 }, (_, i) => (i < Math.max(2, right) ? 1 : 0)),
    );
    for (const metric of [ece(), mce(), equalMassEce({ bins: 3 })]) {
      expect(measure(metric, predictions, labels)).toBeCloseTo(0, 12);
    }
  });

  test.prop([classified])('ignores the order of items, and grows from ECE to MCE', (given) => {
    const { rows, labels } = given;
    const back = soft(rows.toReversed());
    for (const metric of [mce(), equalMassEce({ bins: 4 }), aurc()]) {
      const value = measure(metric, soft(rows), labels);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      expect(measure(metric, back, labels.toReversed())).toBeCloseTo(value, 9);
    }
    const least = measure(ece(), soft(rows), labels);
    expect(measure(mce(), soft(rows), labels)).toBeGreaterThanOrEqual(least - 1e-12);
  });
});

describe('risk and coverage', () => {
  test('of answers by falling confidence, equal ones at once', () => {
    const { predictions, labels } = confident([0.9, 0.5, 0.8, 0.8], [1, 0, 0, 1]);
    const points = riskCoverage(predictions, labels);
    expect(points).toEqual([
      { threshold: 0.9, coverage: 0.25, risk: 0, n: 1 },
      { threshold: 0.8, coverage: 0.75, risk: 1 / 3, n: 3 },
      { threshold: 0.5, coverage: 1, risk: 0.5, n: 4 },
    ]);
    expect(riskCoverage(predictions, labels, { limit: 2 })).toEqual([points[1], points[2]]);
    // Risks 0, then half a mistake of two and of three, then two of four.
    expect(measure(aurc(), predictions, labels)).toBeCloseTo((0 + 1 / 4 + 1 / 3 + 1 / 2) / 4, 12);
  });

  test('never cover an abstention', () => {
    const predictions = soft([
      [0.9, 0.1],
      [0, 0],
    ]);
    expect(riskCoverage(predictions, [0, 1]).at(-1)).toMatchObject({ coverage: 0.5, n: 1 });
  });
});

describe('calibrators', () => {
  test.each(golden.calibrators)('agree with SciPy and scikit-learn, $classes classes', (given) => {
    const { classes, labels } = given;
    const logits = { logits: Float64Array.from(given.logits), classes };
    expect(fitTemperature(logits, labels).temperature).toBeCloseTo(given.temperature, 6);
    const { a, b } = fitPlatt(logits, labels);
    expect(a).toBeCloseTo(given.platt[0]!, 5);
    expect(b).toBeCloseTo(given.platt[1]!, 5);
    const curve = fitIsotonic(logits, labels);
    given.isotonic.at.forEach((p, i) =>
      expect(calibratedProbability(curve, p)).toBeCloseTo(given.isotonic.value[i]!, 5),
    );
  });

  /** Logits three times as sure as they should be. */
  function overconfident(items: number, seed: number, classes = 3) {
    const rng = Rng.from(seed);
    const labels = Array.from({ length: items }, () => rng.integer(classes));
    const logits = Float64Array.from(
      { length: items * classes },
      (_, i) => 3 * (rng.normal() + (i % classes === labels[Math.floor(i / classes)] ? 1 : 0)),
    );
    return { given: { logits, classes }, labels };
  }

  test('undo too much confidence on items that they have not seen', () => {
    const fit = overconfident(800, 1);
    const fresh = overconfident(2000, 2);
    const identity: Calibration = { kind: 'temperature', temperature: 1 };
    const before = calibrate(identity, fresh.given);
    expect(measure(ece(), before, fresh.labels)).toBeGreaterThan(0.15);
    for (const fitted of [fitTemperature, fitPlatt, fitIsotonic]) {
      const after = calibrate(fitted(fit.given, fit.labels), fresh.given);
      expect(measure(ece(), after, fresh.labels)).toBeLessThan(0.04);
      expect(measure(nll(), after, fresh.labels)).toBeLessThan(
        measure(nll(), before, fresh.labels) - 0.1,
      );
      expect(topLabels(after)).toEqual(topLabels(before));
    }
    // Logits of unit noise around a gap of 1 would be calibrated at a third of what they are.
    expect(fitTemperature(fit.given, fit.labels).temperature).toBeCloseTo(3, 0);
  });

  test('of two classes are a temperature by Platt too', () => {
    const { given, labels } = overconfident(600, 3, 2);
    const { a, b } = fitPlatt(given, labels);
    expect(b).toBeCloseTo(0, 6);
    expect(1 / a).toBeCloseTo(fitTemperature(given, labels).temperature, 1);
  });

  test('take probabilities for their logarithms, and leave abstentions alone', () => {
    const { given, labels } = overconfident(300, 4);
    const probabilities = calibrate({ kind: 'temperature', temperature: 1 }, given);
    const ofLogits = fitTemperature(given, labels);
    expect(fitTemperature(probabilities, labels).temperature).toBeCloseTo(ofLogits.temperature, 6);
    const padded = {
      probabilities: Float64Array.from([...probabilities.probabilities, 0, 0, 0]),
      classes: 3,
    };
    expect(fitTemperature(padded, [...labels, 0]).temperature).toBeCloseTo(ofLogits.temperature, 6);
    for (const fitted of [fitTemperature, fitPlatt, fitIsotonic]) {
      const after = calibrate(fitted(padded, [...labels, 0]), padded);
      expect([...after.probabilities.slice(-3)]).toEqual([0, 0, 0]);
    }
  });

  test('stay finite where every answer is right, and where every answer is wrong', () => {
    const labels = Array.from({ length: 200 }, (_, i) => i % 2);
    const logits = (right: boolean) => ({
      logits: Float64Array.from(labels.flatMap((y) => ((y === 0) === right ? [4, -4] : [-4, 4]))),
      classes: 2,
    });
    const sure = fitTemperature(logits(true), labels).temperature;
    // Platt's prior: 201 of 202 are right.
    expect(8 / sure).toBeCloseTo(Math.log(201), 3);
    for (const right of [true, false]) {
      for (const fitted of [fitTemperature, fitPlatt, fitIsotonic]) {
        const after = calibrate(fitted(logits(right), labels), logits(right));
        expect(after.probabilities.every(Number.isFinite)).toBe(true);
        expect(topLabels(after)).toEqual(
          topLabels({ labels: labels.map((y) => (right ? y : 1 - y)), classes: 2 }),
        );
      }
    }
  });

  test.prop([
    fc.array(fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 3, maxLength: 3 }), {
      minLength: 100,
      maxLength: 120,
    }),
    fc.nat(1000),
  ])('keep every answer, and give distributions', (rows, seed) => {
    const rng = Rng.from(seed);
    const labels = rows.map((_, i) => (i < 2 ? i : rng.integer(3)));
    const given = { logits: Float64Array.from(rows.flat(), (z) => z / 3), classes: 3 };
    for (const fitted of [fitTemperature, fitPlatt, fitIsotonic]) {
      const calibration = fitted(given, labels);
      const { probabilities } = calibrate(calibration, given);
      rows.forEach((row, i) => {
        const own = [...probabilities.subarray(3 * i, 3 * i + 3)];
        expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
        const top = row.indexOf(Math.max(...row));
        expect(own[top]).toBe(Math.max(...own));
      });
      // As JSON, and back.
      expect(JSON.parse(JSON.stringify(calibration))).toEqual(calibration);
    }
  });

  const ten = { logits: new Float64Array(20), classes: 2 };
  const half = Array.from({ length: 10 }, (_, i) => i % 2);
  test.each([
    [
      'too few items',
      'invalid-data',
      () => fitTemperature({ ...ten, logits: new Float64Array(18) }, half.slice(1)),
    ],
    ['too few items for a curve', 'invalid-data', () => fitIsotonic(ten, half)],
    [
      'one class',
      'one-class',
      () =>
        fitPlatt(
          ten,
          half.map(() => 1),
        ),
    ],
    [
      'NaN',
      'non-finite-data',
      () => fitPlatt({ logits: new Float64Array(20).fill(NaN), classes: 2 }, half),
    ],
    [
      'a cut-off row',
      'shape-mismatch',
      () => fitPlatt({ logits: new Float64Array(19), classes: 2 }, half),
    ],
    ['a label too few', 'shape-mismatch', () => fitTemperature(ten, half.slice(1))],
    [
      'a label that is no class',
      'label-out-of-range',
      () =>
        fitTemperature(
          ten,
          half.map((y) => y + 1),
        ),
    ],
    ['labels alone', 'missing-signal', () => fitTemperature({ labels: half, classes: 2 }, half)],
    ['a minimum of 0', 'invalid-option', () => fitTemperature(ten, half, { minItems: 0 })],
    [
      'a temperature of 0',
      'invalid-data',
      () => calibrate({ kind: 'temperature', temperature: 0 }, ten),
    ],
    ['a falling curve', 'invalid-data', () => calibrate({ kind: 'platt', a: -1, b: 0 }, ten)],
    ['nothing', 'invalid-data', () => calibrate(undefined as never, ten)],
    ['a curve without points', 'invalid-data', () => calibrate({ kind: 'isotonic' } as never, ten)],
    [
      'points out of order',
      'invalid-data',
      () => calibrate({ kind: 'isotonic', x: [1, 0], y: [0, 1] }, ten),
    ],
    [
      'points that fall',
      'invalid-data',
      () => calibrate({ kind: 'isotonic', x: [0, 1], y: [1, 0] }, ten),
    ],
    ['no points', 'invalid-data', () => calibrate({ kind: 'isotonic', x: [], y: [] }, ten)],
    ['another kind', 'invalid-data', () => calibrate({ kind: 'magic' } as never, ten)],
  ])('refuse %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe('a threshold for a wanted precision', () => {
  test.each(golden.bounds)('bounds $hits of $n as SciPy, at $confidence', (expected) => {
    const { hits, n, confidence, low } = expected;
    expect(proportionLow(hits, n, confidence)).toBeCloseTo(low, 9);
  });

  /** Answers that are right as often as they say. */
  function honest(items: number, seed: number) {
    const rng = Rng.from(seed);
    const confidences = Array.from({ length: items }, () => rng.uniform(0.5, 1));
    return confident(
      confidences,
      confidences.map((p) => (rng.uniform() < p ? 1 : 0)),
    );
  }

  test('holds on items that were not seen', () => {
    let [missed, found] = [0, 0];
    for (let trial = 0; trial < 40; trial++) {
      const { predictions, labels } = honest(600, trial);
      const threshold = precisionThreshold(predictions, labels, { precision: 0.85 });
      if (threshold === undefined) continue;
      found++;
      expect(threshold.low).toBeGreaterThanOrEqual(0.85);
      expect(threshold.precision).toBeGreaterThan(threshold.low);
      // Answers from p on are right (1 + p) / 2 of the time.
      if ((1 + threshold.probability) / 2 < 0.85) missed++;
    }
    expect(found).toBeGreaterThan(30);
    expect(missed).toBeLessThanOrEqual(3);
  });

  test('is the lowest of those tried, and none where none suffices', () => {
    const { predictions, labels } = honest(2000, 99);
    const found = precisionThreshold(predictions, labels, { precision: 0.75 - 0.05 })!;
    expect(found).toMatchObject({ coverage: 1, n: 2000 });
    expect(precisionThreshold(predictions, labels, { precision: 0.999 })).toBeUndefined();
    const least = Math.min(...riskCoverage(predictions, labels).map(({ threshold }) => threshold));
    expect(found.probability).toBe(least);
  });

  test('looks at one class alone where asked', () => {
    const rows = Array.from({ length: 100 }, (_, i) => (i < 50 ? [0.9, 0.1] : [0.2, 0.8]));
    const labels = rows.map((_, i) => (i < 50 ? 0 : i % 2));
    const of = (label: number) => precisionThreshold(soft(rows), labels, { precision: 0.8, label });
    expect(of(0)).toMatchObject({ label: 0, probability: 0.9, precision: 1, coverage: 1, n: 50 });
    expect(of(1)).toBeUndefined();
  });

  test.each([
    [
      'too few answers',
      'invalid-data',
      () => precisionThreshold(eight.predictions, eight.labels, { precision: 0.9 }),
    ],
    [
      'one class',
      'one-class',
      () =>
        precisionThreshold(soft(Array.from({ length: 30 }, () => [1, 0])), new Array(30).fill(0), {
          precision: 0.9,
        }),
    ],
    [
      'a precision of 1',
      'invalid-option',
      () => precisionThreshold(eight.predictions, eight.labels, { precision: 1 }),
    ],
    ['more hits than items', 'invalid-option', () => proportionLow(3, 2)],
    ['no items', 'invalid-option', () => proportionLow(0, 0)],
  ])('refuses %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
