import { hostTensor, leaves } from '@limbeck/core';
import {
  adafactor,
  adam,
  adamw,
  type Average,
  clipByGlobalNorm,
  clipByValue,
  cosine,
  ema,
  groups,
  inverseSquareRoot,
  lamb,
  linear,
  lion,
  oneCycle,
  polynomial,
  sgd,
  stepwise,
  swa,
  warmRestarts,
} from '@limbeck/optim';
import {
  concat,
  constant,
  exampleLoss,
  type Optimizer,
  scalar,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';
import { evaluateItems } from '@limbeck/testing';
import { expect, test } from 'vitest';

type Given = {
  readonly parameters: { readonly w: Tensor; readonly b: Tensor };
  readonly gradients: { readonly w: Tensor; readonly b: Tensor };
  /** Steps done, `[1]`. */
  readonly step: Tensor;
};

const signals = {
  parameters: {
    w: [
      [1, -2],
      [3, 0.5],
    ],
    b: [0.25, -0.5],
  },
  gradients: {
    w: [
      [0.1, -0.2],
      [0, 4],
    ],
    b: [1e-3, -7],
  },
  step: [3],
} as const;

/** Every number that a step leaves, on both engines. */
async function both(outputs: (given: Given) => readonly Tensor[]): Promise<readonly number[][]> {
  const loss = exampleLoss('update', (given: Given) =>
    concat(outputs(given).map((tensor) => tensor.cast('float32').flatten())),
  );
  const runs = (['onnxruntime', 'interpreter'] as const).map((engine) =>
    evaluateItems(loss, signals as never, { engine }),
  );
  return (await Promise.all(runs)).map(([term]) => [...term!.items]);
}

/** Two steps from zeroed state: the second reads what the first wrote. */
function steps(optimizer: Optimizer<TensorTree>) {
  return ({ parameters, gradients, step }: Given): readonly Tensor[] => {
    const zeros = optimizer.init({
      w: { dtype: 'float32', shape: [2, 2] },
      b: { dtype: 'float32', shape: [2] },
    });
    const count = step.reshape([]).cast('int64');
    const given = { gradients, steps: scalar(20, 'int64') };
    const state = zerosAsTensors(zeros);
    const first = optimizer.update({ ...given, parameters, state, step: count });
    const second = optimizer.update({
      ...given,
      ...{ parameters: first.parameters, state: first.state, step: count.add(1) },
    });
    return leaves<Tensor>({ first, second }).map(([, tensor]) => tensor);
  };
}

function zerosAsTensors(tree: unknown): TensorTree {
  if (typeof tree === 'object' && tree !== null && 'data' in tree) {
    const { dtype, shape } = tree as unknown as Tensor;
    return constant(
      hostTensor(dtype, shape as number[], [0, 0, 0, 0].slice(0, size(shape))),
    ) as never;
  }
  const entries = Object.entries(tree as object).map(([name, value]) => [
    name,
    zerosAsTensors(value),
  ]);
  return Object.fromEntries(entries) as TensorTree;
}

function size(shape: Tensor['shape']): number {
  return (shape as number[]).reduce((product, dim) => product * dim, 1);
}

test.each<Optimizer<TensorTree>>([
  sgd({ rate: stepwise({ rate: 0.1, every: 2 }), momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  adam({ rate: oneCycle({ peak: 0.1 }), weightDecay: 0.1 }),
  clipByGlobalNorm(adamw({ rate: cosine({ peak: 0.1, warmup: 0.1 }) }), 1),
  clipByValue(
    lion({ rate: warmRestarts({ peak: 0.1, period: 2, stretch: 2 }), weightDecay: 1 }),
    1,
  ),
  lamb({ rate: inverseSquareRoot({ peak: 0.1, warmupSteps: 2 }) }),
  adafactor(),
  adafactor({ rate: polynomial({ peak: 0.1, power: 2 }), relative: false, weightDecay: 0.1 }),
  groups([
    { match: 'w', optimizer: adamw({ rate: linear({ peak: 0.1 }) }) },
    { optimizer: sgd({ rate: stepwise({ rate: 0.1, at: [0.1, 0.2] }) }) },
  ]),
])('$name makes the same steps on ONNX Runtime', async (optimizer) => {
  const [found, expected] = await both(steps(optimizer));
  expect(expected!.length).toBeGreaterThan(12);
  expect(found).toHaveLength(expected!.length);
  found!.forEach((value, i) =>
    expect(Math.abs(value - expected![i]!)).toBeLessThan(
      1e-5 * Math.max(1, Math.abs(expected![i]!)),
    ),
  );
});

test.each<[string, Average]>([
  ['ema', ema({ decay: 0.9, warmup: true })],
  ['swa', swa({ start: 4, every: 2 })],
  ['swa', swa({ start: 1, every: 3 })],
])('%s averages the same on ONNX Runtime', async (_name, average) => {
  const [found, expected] = await both(({ parameters, gradients, step }) =>
    Object.values(
      average.update({
        average: gradients,
        parameters,
        step: step.reshape([]).cast('int64'),
      }),
    ),
  );
  expect(found).toHaveLength(expected!.length);
  expect(expected).toHaveLength(6);
  found!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 5));
});
