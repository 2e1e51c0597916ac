import { fc, test } from '@fast-check/vitest';
import { clipByGlobalNorm, sgd } from '@limbeck/optim';
import { describe, expect } from 'vitest';
import { Trainer } from './support/train.js';

describe('clipByGlobalNorm', () => {
  test('scales two tensors of norm 5 together to norm 1', () => {
    const trainer = new Trainer(clipByGlobalNorm(sgd({ rate: 1 }), 1), { a: [0], b: [0] });
    trainer.step({ a: [3], b: [-4] }, 0);
    expect(trainer.parameters['a']![0]).toBeCloseTo(-0.6, 12);
    expect(trainer.parameters['b']![0]).toBeCloseTo(0.8, 12);
    expect(trainer.metrics['gradientNorm']).toBeCloseTo(5, 12);
  });

  test('leaves a smaller gradient as it is, and zeros at 0', () => {
    const trainer = new Trainer(clipByGlobalNorm(sgd({ rate: 1 }), 10), { a: [0], b: [0] });
    trainer.step({ a: [3], b: [-4] }, 0);
    expect(trainer.parameters).toEqual({ a: [-3], b: [4] });
    trainer.step({ a: [0], b: [0] }, 1);
    expect(trainer.parameters).toEqual({ a: [-3], b: [4] });
  });

  test.prop([
    fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 5 }),
    fc.double({ min: 0.01, max: 10, noNaN: true }),
  ])('never lets a longer step pass, and keeps its direction', (gradient, norm) => {
    const zeros = gradient.map(() => 0);
    const trainer = new Trainer(clipByGlobalNorm(sgd({ rate: 1 }), norm), { a: zeros });
    trainer.step({ a: gradient }, 0);
    const step = trainer.parameters['a']!;
    expect(Math.hypot(...step)).toBeLessThanOrEqual(norm * (1 + 1e-6));
    const length = Math.hypot(...gradient);
    const factor = Math.min(1, norm / length);
    step.forEach((x, i) => expect(x).toBeCloseTo(-gradient[i]! * factor, 5));
  });

  test('works without parameters', () => {
    const trainer = new Trainer(clipByGlobalNorm(sgd({ rate: 1 }), 1), {});
    trainer.step({}, 0);
    expect(trainer.parameters).toEqual({});
  });

  test('refuses a norm of 0', () => {
    expect(() => clipByGlobalNorm(sgd({ rate: 1 }), 0)).toThrow(
      expect.objectContaining({ code: 'invalid-option', given: 'norm 0' }) as Error,
    );
  });
});
