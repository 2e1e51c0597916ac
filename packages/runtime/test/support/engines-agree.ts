import { type HostTensor, isLimbeckError } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { grad, interpret, type Tensor, toOnnx } from '@limbeck/tensor';
import { expect } from 'vitest';
import { inputsOf, type Trial } from '../../../tensor/test/support/trial.js';
import { expectAgree } from './agree.js';

const isFloat = ({ dtype }: { readonly dtype: string }): boolean => dtype.startsWith('float');

/** The trial's outputs, the gradients of their squares, and the inputs themselves, so that each is used. */
function outputsOf(trial: Trial): { readonly [name: string]: Tensor } {
  const inputs = inputsOf(trial);
  const outputs: { [name: string]: Tensor } = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    outputs[`fed ${name}`] = isFloat(tensor) ? tensor.mul(2) : tensor;
  }
  const results = trial.build(inputs);
  results.forEach((tensor, i) => {
    outputs[`result ${i}`] = tensor;
  });
  const wrt = Object.values(inputs).filter(isFloat);
  const floats = results.filter(isFloat);
  if (wrt.length === 0 || floats.length === 0) return outputs;
  const loss = floats
    .map((tensor) => tensor.square().sum().cast('float32'))
    .reduce((sum, each) => sum.add(each));
  grad(loss, wrt).forEach((tensor, i) => {
    outputs[`gradient ${i}`] = tensor;
  });
  return outputs;
}

/** Float inputs rounded to float32 beforehand, so that both sides start from the same numbers. */
function rounded(trial: Trial): { readonly [name: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(trial.feeds).map(([name, feed]) => {
      if (feed.dtype !== 'float64') return [name, feed];
      const data = Float32Array.from(feed.data as Float64Array);
      return [name, { dtype: 'float32', shape: feed.shape, data }];
    }),
  );
}

/** Expects an engine to give what the interpreter gives, forwards and in the gradient, on one trial. */
export async function expectEnginesAgree(
  engine: Engine,
  trial: Trial,
  portable: boolean,
): Promise<void> {
  const outputs = outputsOf(trial);
  const feeds = rounded(trial);
  const runner = await engine.load(toOnnx(outputs, { portable, inputs: trial.specs }));
  try {
    const given = await runner.run(feeds);
    const expected = interpret(outputs, feeds);
    for (const name of Object.keys(outputs)) {
      expectAgree(name, given[name]!, expected[name]!, 1e-4);
    }
  } catch (error) {
    // What the guard refuses is tested elsewhere; here it must have had its reason.
    if (!isLimbeckError(error, 'invalid-data')) throw error;
    expect(Object.values(feeds).some(({ shape }) => shape.includes(0))).toBe(true);
  } finally {
    await runner.dispose();
  }
}

/** ONNX Runtime's optimiser drops an Expand to size 0, which then breaks the scatter: rows of no width are left out. */
export function hasWidth({ feeds }: Trial): boolean {
  return feeds['x']?.shape.slice(1).includes(0) !== true;
}
