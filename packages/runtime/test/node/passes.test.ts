import { fc } from '@fast-check/vitest';
import { isLimbeckError } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { allPasses, type Pass, type Tensor, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomGraphs } from '../../../tensor/test/support/random-graphs.js';
import { inputsOf, type Trial } from '../../../tensor/test/support/trial.js';
import { numbers } from '../support/agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** The outputs, with every input among them, so that each names its sizes. */
function outputsOf(trial: Trial): { readonly [name: string]: Tensor } {
  const inputs = inputsOf(trial);
  const results = trial.build(inputs).map((tensor, i) => [`result ${i}`, tensor] as const);
  const fed = Object.entries(inputs).map(([name, x]) => [`fed ${name}`, x.mul(2)] as const);
  return Object.fromEntries([...results, ...fed]);
}

async function run(trial: Trial, passes: readonly Pass[]): Promise<readonly number[]> {
  const runner = await engine.load(toOnnx(outputsOf(trial), { passes, inputs: trial.specs }));
  const feeds = Object.fromEntries(
    Object.entries(trial.feeds).map(([name, { shape, data }]) => {
      const rounded = Float32Array.from(data as Float64Array);
      return [name, { dtype: 'float32' as const, shape, data: rounded }];
    }),
  );
  try {
    return Object.values(await runner.run(feeds)).flatMap(numbers);
  } finally {
    await runner.dispose();
  }
}

describe('passes that change no bit change none on ONNX Runtime', () => {
  test.each(['sharing', 'identities', 'broadcasts', 'moves'])('%s', async (name) => {
    const passes = allPasses.filter((pass) => pass.name === name);
    expect(passes).toHaveLength(1);
    let compared = 0;
    const same = fc.asyncProperty(randomGraphs, async (trial) => {
      try {
        const [before, after] = [await run(trial, []), await run(trial, passes)];
        expect(after.length).toBe(before.length);
        after.forEach((value, i) => expect(Object.is(value, before[i])).toBe(true));
        compared++;
      } catch (error) {
        // Empty tensors in products are refused by the engine, with passes or without.
        if (!isLimbeckError(error, 'invalid-data')) throw error;
      }
    });
    await fc.assert(same, { numRuns: 40, seed: 11 });
    expect(compared).toBeGreaterThan(20);
  });
});
