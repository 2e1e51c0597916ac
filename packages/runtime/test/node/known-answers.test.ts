import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { knownAnswers } from '../../../tensor/test/support/known-answers.js';
import { numbers } from '../support/agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

describe('ONNX Runtime does as ONNX says', () => {
  test.each(Object.entries(knownAnswers))(
    '%s',
    async (_edge, { feeds, build, expected, shape }) => {
      const inputs = Object.fromEntries(
        Object.entries(feeds).map(([name, feed]) => [
          name,
          // Fed, so that nothing is computed before the graph runs.
          input(name, { dtype: feed.dtype, shape: feed.shape }),
        ]),
      );
      const runner = await engine.load(toOnnx({ y: build(inputs) }, { inputs }));
      try {
        const { y } = await runner.run(feeds);
        if (shape !== undefined) expect(y!.shape).toEqual(shape);
        const given = numbers(y!);
        expect(given).toHaveLength(expected.length);
        given.forEach((value, i) => {
          const wanted = expected[i]!;
          if (Number.isFinite(wanted)) expect(value).toBeCloseTo(wanted, 5);
          else expect(value).toBe(wanted);
        });
      } finally {
        await runner.dispose();
      }
    },
  );
});
