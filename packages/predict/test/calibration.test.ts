import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { calibrated, readCalibration } from '../src/calibration.js';
import golden from './golden/calibration.json' with { type: 'json' };

const row = fc.float32Array({
  minLength: 1,
  maxLength: 6,
  noNaN: true,
  min: -60,
  max: 60,
});
const curves = fc.oneof(
  fc.record({
    kind: fc.constant('temperature' as const),
    temperature: fc.double({ min: 0.05, max: 20, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('platt' as const),
    a: fc.double({ min: 0, max: 5, noNaN: true }),
    b: fc.double({ min: -3, max: 3, noNaN: true }),
  }),
  fc.constant({ kind: 'isotonic' as const, x: [0, 0.2, 0.7, 1], y: [0.01, 0.1, 0.5, 0.99] }),
);

describe('calibrated', () => {
  test.each(golden.cases)('agrees with NumPy: $name', ({ logits, calibration, probabilities }) => {
    const found = calibrated(Float32Array.from(logits), readCalibration(calibration)!);
    probabilities.forEach((p, i) => expect(found[i]).toBeCloseTo(p, 10));
  });

  test.prop([row, curves])(
    'gives probabilities that sum to 1 and never turn an order round',
    (logits, curve) => {
      const found = calibrated(logits, curve);
      expect(found.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      for (let i = 0; i < logits.length; i++) {
        for (let j = 0; j < logits.length; j++) {
          if (logits[i]! > logits[j]!) expect(found[i]).toBeGreaterThanOrEqual(found[j]! - 1e-12);
        }
      }
    },
  );

  test('leaves a text alone of which a curve says nothing', () => {
    const found = calibrated(Float32Array.of(0, 0), {
      kind: 'isotonic',
      x: [0, 0.9, 1],
      y: [0, 0, 1],
    });
    expect([...found]).toEqual([0.5, 0.5]);
  });
});

describe('readCalibration', () => {
  test.each([
    ['nothing', null],
    ['another kind', { kind: 'beta', a: 1 }],
    ['a temperature of 0', { kind: 'temperature', temperature: 0 }],
    ['a slope below 0', { kind: 'platt', a: -1, b: 0 }],
    ['no intercept', { kind: 'platt', a: 1 }],
    ['no points', { kind: 'isotonic', x: [], y: [] }],
    ['points without values', { kind: 'isotonic', x: [0, 1], y: [0] }],
    ['points that do not rise', { kind: 'isotonic', x: [0, 0], y: [0, 1] }],
    ['values that fall', { kind: 'isotonic', x: [0, 1], y: [1, 0] }],
    ['values below 0', { kind: 'isotonic', x: [0, 1], y: [-1, 0] }],
    ['texts as numbers', { kind: 'isotonic', x: ['0', 1], y: [0, 1] }],
  ])('refuses %s', (_name, value) => {
    expect(readCalibration(value)).toBeNull();
  });
});
