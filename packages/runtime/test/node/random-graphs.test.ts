import { fc } from '@fast-check/vitest';
import { type HostTensor, isLimbeckError } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { grad, interpret, type Tensor, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomGraphs } from '../../../tensor/test/support/random-graphs.js';
import { inputsOf, type Trial } from '../../../tensor/test/support/trial.js';
import { expectAgree, numbers } from '../support/agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

type Feeds = { readonly [name: string]: HostTensor };

/** The graph's outputs, the gradients of their squares by its inputs, and the inputs, so that each names its sizes. */
function outputsOf(trial: Trial): { readonly [name: string]: Tensor } {
  const inputs = inputsOf(trial);
  const results = trial.build(inputs);
  const parts = results.map((tensor) => tensor.square().sum().cast('float32'));
  const gradients = grad(
    parts.reduce((a, b) => a.add(b)),
    Object.values(inputs),
  );
  const named = (what: string, tensors: readonly Tensor[]): { [name: string]: Tensor } =>
    Object.fromEntries(tensors.map((tensor, i) => [`${what} ${i}`, tensor]));
  return {
    ...named('result', results),
    ...named('gradient', gradients),
    ...named(
      'fed',
      Object.values(inputs).map((x) => x.mul(2)),
    ),
  };
}

/** Inputs as float32 holds them, moved by a relative amount. */
function rounded(trial: Trial, by = 0): Feeds {
  return Object.fromEntries(
    Object.entries(trial.feeds).map(([name, { shape, data }]) => {
      const near = Float32Array.from(data as Float64Array, (value) => value * (1 + by) + by);
      return [name, { dtype: 'float32' as const, shape, data: near }];
    }),
  );
}

/** Whether rounding decides: where the graph steps, as floor and argMin do, float32 and float64 may stand on either side. */
function jumps(outputs: { readonly [name: string]: Tensor }, trial: Trial): boolean {
  const exact = Object.values(interpret(outputs, rounded(trial))).map(numbers);
  return [1e-5, -1e-5].some((by) =>
    Object.values(interpret(outputs, rounded(trial, by))).some((moved, i) =>
      numbers(moved).some((value, at) => Math.abs(value - exact[i]![at]!) > 1e-2),
    ),
  );
}

describe('ONNX Runtime agrees with the interpreter over random graphs, forwards and in the gradient', () => {
  let [compared, skipped] = [0, 0];

  async function expectSame(trial: Trial): Promise<void> {
    const outputs = outputsOf(trial);
    if (jumps(outputs, trial)) {
      skipped++;
      return;
    }
    const feeds = rounded(trial);
    const runner = await engine.load(toOnnx(outputs, { inputs: trial.specs }));
    try {
      const given = await runner.run(feeds);
      const expected = interpret(outputs, feeds);
      for (const name of Object.keys(outputs)) {
        expectAgree(name, given[name]!, expected[name]!, 1e-3);
      }
      compared++;
    } catch (error) {
      // The engine refuses products over an empty size.
      if (!isLimbeckError(error, 'invalid-data')) throw error;
    } finally {
      await runner.dispose();
    }
  }

  test('150 graphs', async () => {
    await fc.assert(fc.asyncProperty(randomGraphs, expectSame), { numRuns: 150, seed: 12 });
    // Few graphs step where they are evaluated, and few hold a product over nothing.
    expect(compared).toBeGreaterThan(80);
    expect(skipped).toBeLessThan(40);
  });
});
