import { hostTensor, type HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { decodeModel, input, interpret, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

const nodesOf = (bytes: Uint8Array): string[] =>
  decodeModel(bytes).graph!.node.map(({ opType }) => opType);

const numbers = (shape: readonly number[]): HostTensor =>
  hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i)),
  );

/** Sums over the first axes, as nodes and as numbers of both executors. */
async function sums(
  spec: readonly (number | string)[],
  axes: readonly number[],
  shape: readonly number[],
  keep = false,
): Promise<string[]> {
  const y = input('x', { dtype: 'float32', shape: spec }).sum(axes, { keep });
  const file = toOnnx({ y });
  const runner = await engine.load(file);
  const feeds = { x: numbers(shape) };
  const [given, expected] = [(await runner.run(feeds)).y!, interpret({ y }, feeds).y];
  expect(given.shape).toEqual(expected.shape);
  given.data.forEach((value: number | bigint, i: number) => {
    expect(Number(value)).toBeCloseTo(Number(expected.data[i]), 3);
  });
  await runner.dispose();
  return nodesOf(file.bytes);
}

describe('sums over the rows of a large matrix', () => {
  test.each([
    ['of fixed sizes', [100, 70], [0], [100, 70], false],
    ['that stay as one row', [100, 70], [0], [100, 70], true],
    ['over two axes', [8, 16, 70], [0, 1], [8, 16, 70], true],
    ['of named rows', ['batch', 'tokens', 70], [0, 1], [3, 7, 70], false],
    ['of many rows', [5000, 64], [0], [5000, 64], false],
    ['of no rows', ['batch', 70], [0], [0, 70], false],
  ] as const)('are products: %s', async (_what, spec, axes, shape, keep) => {
    expect(await sums(spec, axes, shape, keep)).toContain('Gemm');
  });

  test.each([
    ['few columns', [100, 3], [0]],
    ['few rows', [3, 100], [0]],
    ['the last axis', [100, 70], [1]],
    ['all axes', [100, 70], [0, 1]],
    ['a middle axis', [70, 70, 70], [1]],
  ] as const)('are sums as ever: %s', async (_what, shape, axes) => {
    expect(await sums(shape, axes, shape)).toEqual(['ReduceSum']);
  });

  test('are operators of the standard where a file must be portable', () => {
    const y = input('x', { dtype: 'float32', shape: [100, 70] }).sum(0);
    expect(nodesOf(toOnnx({ y }, { portable: true }).bytes)).toEqual(['ReduceSum']);
  });
});
