import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, iota, toOnnx } from '@limbeck/tensor';
import { expect, test } from 'vitest';

test('numbers of rows may be fetched beside the rows that they take', async () => {
  const x = input('x', { dtype: 'float32', shape: ['n'] });
  const table = input('table', { dtype: 'float32', shape: [4, 2] });
  const at = iota('n');
  const engine = await nodeEngine({ threads: 1 });
  const runner = await engine.load(toOnnx({ rows: table.gather(at), at, sum: x.sum() }).bytes);
  const out = await runner.run({
    x: hostTensor('float32', [3], [1, 2, 3]),
    table: hostTensor('float32', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
  });
  expect([...out['at']!.data]).toEqual([0n, 1n, 2n]);
  expect([...out['rows']!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  await engine.dispose();
});
