import { grad, input, interpret } from '@limbeck/tensor';
import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { extremes } from '../support/extreme-cases.js';

describe('values and gradients are finite in float64', () => {
  test.each(Object.entries(extremes))('%s', (_name, { x: feed, build }) => {
    const x = input('x', { dtype: 'float32', shape: ['rows', feed.shape[1]!] });
    const y = build(x);
    const [dx] = grad(y.square().sum(), [x]);
    const [second] = grad(dx!.square().sum(), [x]);
    const out = interpret({ x, y, dx: dx!, second: second! }, { x: feed });
    for (const name of ['y', 'dx', 'second'] as const) {
      expect([name, Array.from(out[name].data, Number).filter((v) => !Number.isFinite(v))]).toEqual(
        [name, []],
      );
    }
  });
});
