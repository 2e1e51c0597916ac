import { hostTensor, type HostTensor, leaves, type Rng, type Specs } from '@limbeck/core';
import {
  adafactor,
  adam,
  adamw,
  clipByGlobalNorm,
  clipByValue,
  lamb,
  lion,
  sgd,
} from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  input,
  inputsFor,
  type Optimizer,
  specsOf,
  type Tensor,
  type TensorTree,
  toOnnx,
} from '@limbeck/tensor';
import { distillation, train } from '@limbeck/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linearSource, linearStudent, weightedLoss } from './support/linear.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const specs = {
  wide: { dtype: 'float32', shape: [0, 3] },
  tall: { dtype: 'float32', shape: [3, 0] },
  none: { dtype: 'float32', shape: [0] },
  w: { dtype: 'float32', shape: [2, 2] },
} as const;

const optimizers: { readonly [name: string]: Optimizer<never> } = {
  adafactor: adafactor() as never,
  'adafactor, absolute': adafactor({ rate: 0.1, relative: false }) as never,
  adam: adam({ rate: 0.1 }) as never,
  adamw: adamw({ rate: 0.1 }) as never,
  lamb: lamb({ rate: 0.1 }) as never,
  lion: lion({ rate: 0.1 }) as never,
  sgd: sgd({ rate: 0.1, momentum: 0.9 }) as never,
  clipByValue: clipByValue(adamw({ rate: 0.1 }), 1) as never,
  clipByGlobalNorm: clipByGlobalNorm(adamw({ rate: 0.1 }), 1) as never,
};

test.each(Object.keys(optimizers))(
  '%s moves what is beside parameters without numbers',
  async (name) => {
    const optimizer = optimizers[name]!;
    const named = (prefix: string) =>
      Object.fromEntries(
        Object.entries(specs).map(([path, spec]) => [path, input(`${prefix}/${path}`, spec)]),
      );
    const state = optimizer.init(specs as never) as unknown;
    const clock = { dtype: 'int64', shape: [] } as const;
    const next = optimizer.update({
      parameters: named('parameters'),
      gradients: named('gradients'),
      state: inputsFor<never>(specsOf(state as never) as unknown as Specs<never>, 'state'),
      step: input('step', clock),
      steps: input('steps', clock),
    });
    const outputs = Object.fromEntries([
      ...leaves<Tensor>(next.parameters, 'next'),
      ...leaves<Tensor>(next.state, 'next-state'),
    ]);
    const values: { [path: string]: HostTensor } = {};
    for (const [path, { shape }] of Object.entries(specs)) {
      const size = path === 'w' ? 4 : 0;
      values[`parameters/${path}`] = hostTensor('float32', shape, new Float32Array(size).fill(1));
      values[`gradients/${path}`] = hostTensor('float32', shape, new Float32Array(size).fill(2));
    }
    const all: { readonly [name: string]: HostTensor } = {
      ...values,
      ...Object.fromEntries(leaves<HostTensor>(state, 'state')),
      step: hostTensor('int64', [], [0]),
      steps: hostTensor('int64', [], [10]),
    };
    const runner = await engine.load(toOnnx(outputs));
    const fed = Object.keys(runner.inputs).map((path) => [path, all[path]!] as const);
    const made = await runner.run(Object.fromEntries(fed));
    for (const [path, { data }] of Object.entries(made)) {
      expect(Array.from(data as Float32Array).every(Number.isFinite), path).toBe(true);
    }
    expect(Number(made['next/w']!.data[0])).toBeLessThan(1);
  },
);

const none = { dtype: 'float32', shape: [0, 3], data: new Float32Array(0) } as const;
/** A linear student with a parameter of no numbers, which takes part all the same. */
function studentWithNone() {
  const inner = linearStudent(0);
  return {
    ...inner,
    init: (rng: Rng) => {
      const { parameters, state } = inner.init(rng);
      return { parameters: { ...parameters, none, unused: none }, state };
    },
    apply: (given: Parameters<typeof inner.apply>[0]) => {
      const { parameters } = given as unknown as { readonly parameters: { readonly none: Tensor } };
      const { outputs, state } = inner.apply(given);
      const nothing = parameters.none.square().sum();
      return { outputs: { logits: outputs.logits.add(nothing) }, state };
    },
  } as typeof inner;
}

test.each(Object.keys(optimizers))('a student that has them trains with %s', async (name) => {
  const program = distillation({
    student: studentWithNone(),
    loss: weightedLoss,
    optimizer: optimizers[name]! as Optimizer<TensorTree>,
    batches: linearSource(8),
    steps: 3,
  });
  const { step, state } = await train(program, { engine });
  expect(step).toBe(3);
  for (const [path, { data }] of leaves<HostTensor>(state)) {
    expect(Array.from(data as Float32Array).every(Number.isFinite), path).toBe(true);
  }
});
