import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { fromOnnx, interpret, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAgree } from '../support/agree.js';
import { oneNode } from '../support/one-node.js';
import { readCases } from '../support/read-cases/index.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** Kinds of whole numbers have one value; floats are compared in float32. */
const tolerance = 2e-6;

describe('an operator that fromOnnx reads means what ONNX Runtime makes of it', () => {
  test.each(readCases)('%s', async (_what, node) => {
    const { bytes, feeds } = oneNode(node);
    const runner = await engine.load(bytes);
    const expected = await runner.run(feeds);
    await runner.dispose();
    const { inputs, outputs, parameters, state } = fromOnnx(bytes);
    const weights = { ...parameters, ...state };
    // The sizes of an input may be needed where its values are not.
    const given = interpret({ ...inputs, ...outputs }, { ...feeds, ...weights });
    for (const [name, wanted] of Object.entries(expected)) {
      expectAgree(name, given[name]!, wanted, tolerance);
      const { dtype } = outputs[name]!;
      expect(dtype).toBe(wanted.dtype);
    }
    // What it was read as can be written, and means the same once more.
    const again = await engine.load(toOnnx(outputs, { initialisers: weights, inputs }).bytes);
    const rerun = await again.run(feeds);
    await again.dispose();
    for (const [name, wanted] of Object.entries(expected)) {
      expectAgree(`${name}, written again`, rerun[name]!, wanted, tolerance);
    }
  });
});
