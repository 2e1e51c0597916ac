import { fc } from '@fast-check/vitest';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { allCases } from '../../../tensor/test/support/operator-cases.js';
import { expectEnginesAgree, hasWidth } from '../support/engines-agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

describe('ONNX Runtime agrees with the interpreter, forwards and in the gradient', () => {
  test.each(Object.entries(allCases))('%s', async (name, arbitrary) => {
    const drawn = name === 'scatterAddRows' ? arbitrary.filter(hasWidth) : arbitrary;
    const agree = fc.asyncProperty(drawn, (trial) => expectEnginesAgree(engine, trial, false));
    await fc.assert(agree, { numRuns: 15, seed: 3 });
  });

  test.each([
    'matmul',
    'gemm',
    'layerNorm',
    'rmsNorm',
    'conv1d',
    'conv',
    'convTranspose',
    'maxPool',
    'averagePool',
    'resize',
    'batchNorm',
    'slice',
    'segmentSum',
  ])('%s in operators of the standard alone', async (name) => {
    const agree = fc.asyncProperty(allCases[name]!, (trial) =>
      expectEnginesAgree(engine, trial, true),
    );
    await fc.assert(agree, { numRuns: 10, seed: 4 });
  });
});
