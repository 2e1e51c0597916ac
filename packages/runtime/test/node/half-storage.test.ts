import { hostTensor } from '@limbeck/core';
import { nodeEngine, profile } from '@limbeck/runtime/node';
import { fromOnnx, input, toOnnx } from '@limbeck/tensor';
import { expect, test } from 'vitest';
import { expectAgree } from '../support/agree.js';

const shape = [64, 32];
const wave = (sizes: readonly number[], phase: number) => {
  const length = sizes.reduce((a, b) => a * b, 1);
  return hostTensor(
    'float32',
    sizes,
    Float32Array.from({ length }, (_, i) => Math.sin(i + phase) / 3),
  );
};
const y = input('x', { dtype: 'float32', shape: ['batch', 64] }).matmul(
  input('w', { dtype: 'float32', shape }),
);
const weight = wave(shape, 1);
const half = toOnnx({ y }, { initialisers: { w: weight }, storage: 'float16' });

test('weights kept as float16 run as float32 ones of the same values, and are cast once, when the file is loaded', async () => {
  const feeds = { x: wave([4, 64], 2) };
  const [rounded] = Object.values(fromOnnx(half.bytes).parameters);
  expect(rounded!.data).not.toEqual(weight.data);
  const engine = await nodeEngine({ threads: 1 });
  const whole = toOnnx({ y }, { initialisers: { w: { ...weight, data: rounded!.data } } });
  const [given, expected] = await Promise.all(
    [half, whole].map(async (graph) => (await engine.load(graph)).run(feeds)),
  );
  await engine.dispose();
  expectAgree('y', given!['y']!, expected!['y']!, 0);
  const { operators } = await profile(half, feeds, { runs: 1, threads: 1 });
  expect(operators.map(({ name }) => name)).toEqual(['Gemm']);
});
