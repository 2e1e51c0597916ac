import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { gradientNorm, input, scaled, scalar, sgdUpdate, splitTail, toOnnx } from '@limbeck/tensor';
import { expect, test } from 'vitest';

test('gradients that are fed have their norm in the first step too, where memory grows for them', async () => {
  const engine = await nodeEngine({ threads: 1 });
  // A step over micro-batches ends so: the graph computes nothing, gradients are fed, and updates are all there is.
  const size = 100_000;
  const x = input('x', { dtype: 'float32', shape: [size] });
  const g = input('g', { dtype: 'float32', shape: [size] });
  const { norm, factor } = gradientNorm([g], 1);
  const { parameter } = sgdUpdate({ parameter: x, gradient: scaled(g, factor), rate: scalar(1) });
  // Something has to be left for the graph.
  const step = input('step', { dtype: 'float32', shape: [] });
  const outputs = { norm, 'next/x': parameter, after: step.add(1) };
  const carry = { 'next/x': 'x' };
  const split = splitTail(outputs, { kernels: new Set(engine.kernels), state: carry });
  expect(split.tail!.steps.map(({ kernel }) => kernel).toSorted()).toEqual(['gradientNorm', 'sgd']);

  const runner = await engine.load({ ...toOnnx(split.outputs), tail: split.tail! });
  const state = { x: hostTensor('float32', [size], new Float32Array(size)) };
  const stepper = await runner.stepper({ carry, state });
  const feeds = {
    g: hostTensor('float32', [size], new Float32Array(size).fill(0.03)),
    step: hostTensor('float32', [], [0]),
  };
  for (let i = 1; i <= 2; i++) {
    const out = await stepper.step(feeds);
    // √(100,000 · 0.03²)
    expect(out['norm']!.data[0]).toBeCloseTo(0.03 * Math.sqrt(size), 4);
    const after = await stepper.read(['x']);
    expect(after['x']!.data[size - 1]).toBeCloseTo(-i / Math.sqrt(size), 7);
  }
  await engine.dispose();
});
