import { fc } from '@fast-check/vitest';
import type { Engine } from '@limbeck/runtime';
import { webEngine } from '@limbeck/runtime/web';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { operatorCases } from '../../../tensor/test/support/operator-cases.js';
import { expectEnginesAgree, hasWidth } from '../support/engines-agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await webEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

describe('ONNX Runtime in WebAssembly agrees with the interpreter, forwards and in the gradient', () => {
  test.each(Object.entries(operatorCases))('%s', async (name, arbitrary) => {
    const drawn = name === 'scatterAddRows' ? arbitrary.filter(hasWidth) : arbitrary;
    const agree = fc.asyncProperty(drawn, (trial) => expectEnginesAgree(engine, trial, false));
    await fc.assert(agree, { numRuns: 8, seed: 5 });
  });
});
