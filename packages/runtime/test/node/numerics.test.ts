import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { grad, input, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extremes } from '../../../tensor/test/support/extreme-cases.js';
import { numbers } from '../support/agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

describe('values and gradients are finite in float32', () => {
  test.each(Object.entries(extremes))('%s', async (_name, { x: feed, build }) => {
    const x = input('x', { dtype: 'float32', shape: ['rows', feed.shape[1]!] });
    const y = build(x);
    const [dx] = grad(y.sum(), [x]);
    const runner = await engine.load(toOnnx({ y, dx: dx! }, { inputs: { x } }));
    try {
      const out = await runner.run({ x: feed });
      for (const name of ['y', 'dx']) {
        const infinite = numbers(out[name]!).filter((value) => !Number.isFinite(value));
        expect([name, infinite]).toEqual([name, []]);
      }
    } finally {
      await runner.dispose();
    }
  });
});
