import { type HostTensor, hostTensor, leaves } from '@limbeck/core';
import {
  adafactor,
  type AdafactorOptions,
  adam,
  type AdamOptions,
  adamw,
  type AdamwOptions,
  clipByValue,
  cosine,
  decayMatrices,
  lamb,
  type LambOptions,
  lion,
  type LionOptions,
  sgd,
  type SgdOptions,
} from '@limbeck/optim';
import {
  input,
  inputsFor,
  interpret,
  type Optimizer,
  scalar,
  specsOf,
  type TensorTree,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import golden from './golden/optimisers.json' with { type: 'json' };
import { gradients, start } from './support/problem.js';
import { type Numbers, Trainer } from './support/train.js';

function train<S extends TensorTree>(optimizer: Optimizer<S>): Trainer<S> {
  const trainer = new Trainer(optimizer, start, golden.steps);
  for (let t = 0; t < golden.steps; t++) trainer.step(gradients(trainer.parameters, t), t);
  return trainer;
}

const runs: { readonly [name: string]: () => { readonly parameters: Numbers } } = {
  sgd: () => train(sgd({ rate: 0.1 })),
  'sgd with decay of matrices': () =>
    train(sgd({ rate: 0.1, weightDecay: 0.05, decay: decayMatrices })),
  'sgd, values clipped': () => train(clipByValue(sgd({ rate: 0.1 }), 0.3)),
  momentum: () => train(sgd({ rate: 0.03, momentum: 0.9, weightDecay: 0.01 })),
  nesterov: () => train(sgd({ rate: 0.03, momentum: 0.9, nesterov: true, weightDecay: 0.01 })),
  adam: () => train(adam({ rate: 0.05 })),
  'adam with decay in the gradient': () =>
    train(
      adam({
        rate: 0.05,
        betas: [0.8, 0.95],
        epsilon: 1e-3,
        weightDecay: 0.1,
        decay: decayMatrices,
      }),
    ),
  adamw: () => train(adamw({ rate: 0.05 })),
  'adamw with other constants': () =>
    train(
      adamw({
        rate: 0.05,
        betas: [0.8, 0.95],
        epsilon: 1e-3,
        weightDecay: 0.1,
        decay: (path) => path.endsWith('weight'),
      }),
    ),
  'adamw with a cosine': () =>
    train(adamw({ rate: cosine({ peak: 0.1, warmup: 0.2, floor: 0.01 }), weightDecay: 0 })),
  lion: () => train(lion({ rate: 0.02 })),
  'lion with decay': () =>
    train(lion({ rate: 0.02, betas: [0.95, 0.98], weightDecay: 0.1, decay: decayMatrices })),
  lamb: () => train(lamb({ rate: 0.05 })),
  'lamb, the matrix scaled': () =>
    train(
      lamb({
        rate: 0.05,
        betas: [0.8, 0.95],
        epsilon: 1e-3,
        weightDecay: 0.1,
        decay: decayMatrices,
        scaled: decayMatrices,
      }),
    ),
  adafactor: () => train(adafactor()),
  'adafactor, steps of a fixed size': () =>
    train(
      adafactor({
        rate: 0.05,
        relative: false,
        clip: 0.5,
        decayExponent: 0.7,
        epsilons: [1e-4, 1e-3],
        weightDecay: 0.1,
      }),
    ),
};

const optimisers: readonly Optimizer<TensorTree>[] = [
  sgd({ rate: 0.1, momentum: 0.9 }),
  adam({ rate: 0.1 }),
  adamw({ rate: 0.1 }),
  lion({ rate: 0.1 }),
  lamb({ rate: 0.1 }),
  adafactor(),
];

describe('optimisers', () => {
  test.each(golden.cases)('$name agrees with its transcription over 20 steps', (expected) => {
    const { parameters } = runs[expected.name]!();
    for (const [path, values] of Object.entries(expected.parameters)) {
      values.forEach((value, i) =>
        expect(Math.abs(parameters[path]![i]! - value), `${path} ${i}`).toBeLessThan(1e-6),
      );
    }
  });

  test('the cases differ from each other', () => {
    const first = golden.cases.map(({ parameters }) => parameters['layer/weight'][0]!);
    expect(new Set(first.map((x) => x.toFixed(4))).size).toBe(golden.cases.length);
  });

  test("adamw's first step has the size of the rate, whatever the gradient's size", () => {
    for (const size of [1e-6, 1, 1e6]) {
      const trainer = new Trainer(adamw({ rate: 0.1, weightDecay: 0 }), { w: [1, 1] });
      trainer.step({ w: [size, -size] }, 0);
      expect(trainer.parameters['w']![0]).toBeCloseTo(0.9, 2);
      expect(trainer.parameters['w']![1]).toBeCloseTo(1.1, 2);
    }
  });

  test('a gradient of 0 moves nothing but what decays', () => {
    const trainer = new Trainer(adamw({ rate: 0.5, weightDecay: 0.1 }), { w: [2] });
    trainer.step({ w: [0] }, 0);
    expect(trainer.parameters['w']![0]).toBeCloseTo(2 * (1 - 0.5 * 0.1), 7);
    expect(trainer.metrics).toEqual({ rate: 0.5 });
  });

  test.each(optimisers)('$name works without parameters', (optimizer) => {
    const trainer = new Trainer(optimizer, {});
    trainer.step({}, 0);
    expect(trainer.parameters).toEqual({});
  });

  test.each(optimisers)(
    '$name stays finite for gradients of 0, and for parameters of 0',
    (optimizer) => {
      const trainer = new Trainer(optimizer, { 'layer/weight': [0, 0, 1, 0], b: [0] });
      trainer.step({ 'layer/weight': [0, 0, 0, 0], b: [0] }, 0);
      trainer.step({ 'layer/weight': [0, 1e-20, 0, 1], b: [1e-20] }, 1);
      const all = Object.values(trainer.parameters).flat();
      expect(all.every(Number.isFinite), String(all)).toBe(true);
    },
  );

  test.each(optimisers)('$name has its rate multiplied by rateScale', ({ update, init }) => {
    const spec = { dtype: 'float32', shape: [2] } as const;
    const state = inputsFor<TensorTree>(specsOf(init({ w: spec })) as never, 'state');
    const given = {
      parameters: { w: input('w', spec) },
      gradients: { w: input('g', spec) },
      ...{ state, step: scalar(2, 'int64'), steps: scalar(9, 'int64') },
    };
    const [whole, part] = [1, 0.25].map((scale) => update({ ...given, rateScale: scalar(scale) }));
    const feeds = {
      w: hostTensor('float32', [2], [1, -3]),
      g: hostTensor('float32', [2], [0.5, 2]),
      ...Object.fromEntries(leaves<HostTensor>(init({ w: spec }), 'state')),
    };
    const found = interpret({ a: whole!.parameters['w']!, b: part!.parameters['w']! }, feeds);
    [1, -3].forEach((x, i) => {
      const [a, b] = [found.a, found.b].map(({ data }) => Number(data[i]) - x);
      expect(b! / a!).toBeCloseTo(0.25, 6);
    });
  });

  test('lamb moves a parameter by the rate times its norm', () => {
    const trainer = new Trainer(lamb({ rate: 0.1 }), { w: [3, 4] });
    trainer.step({ w: [1e3, -2] }, 0);
    const [a, b] = trainer.parameters['w']!;
    expect(Math.hypot(a! - 3, b! - 4)).toBeCloseTo(0.1 * 5, 5);
  });

  test('lion moves every weight by the rate, but one whose gradient is 0', () => {
    const trainer = new Trainer(lion({ rate: 0.1 }), { w: [1, 1, 1] });
    trainer.step({ w: [1e-6, -1e6, 0] }, 0);
    [0.9, 1.1, 1].forEach((x, i) => expect(trainer.parameters['w']![i]).toBeCloseTo(x, 7));
  });

  test('adafactor keeps n + m numbers of an n × m matrix, and sees a kernel as a matrix', () => {
    const spec = (shape: number[]) => ({ dtype: 'float32', shape }) as const;
    const state = adafactor().init({ w: spec([30, 20]), b: spec([7]), k: spec([8, 2, 3, 3]) });
    const sizes = leaves<HostTensor>(state).map(([path, { data }]) => [path, data.length]);
    expect(Object.fromEntries(sizes)).toEqual({
      'rows/w': 30,
      'columns/w': 20,
      'rows/k': 8,
      'columns/k': 18,
      'second/b': 7,
    });
  });

  test('adafactor takes no step whose direction is longer than its clip allows', () => {
    const trainer = new Trainer(adafactor({ rate: 0.1, relative: false }), { w: [0, 0] });
    for (let t = 0; t < 30; t++) trainer.step({ w: [1e-3, 1e-3] }, t);
    const before = trainer.parameters['w']!;
    trainer.step({ w: [100, 0] }, 30);
    const moved = trainer.parameters['w']!.map((x, i) => x - before[i]!);
    expect(Math.hypot(...moved) / Math.sqrt(2)).toBeCloseTo(0.1, 6);
  });

  test.each<[Partial<AdamwOptions>, string]>([
    [{ rate: 0 }, 'rate 0'],
    [{ rate: Number.NaN }, 'rate NaN'],
    [{ betas: [1, 0.9] }, 'beta1 1'],
    [{ betas: [0.9, -0.1] }, 'beta2 -0.1'],
    [{ epsilon: 0 }, 'epsilon 0'],
    [{ weightDecay: -1 }, 'weightDecay -1'],
  ])('adamw refuses %j', (wrong, given) => {
    expect(() => adamw({ rate: 1, ...wrong })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given }) as Error,
    );
  });

  test.each<[Partial<SgdOptions>, string]>([
    [{ rate: -1 }, 'rate -1'],
    [{ momentum: 1.5 }, 'momentum 1.5'],
    [{ weightDecay: -1 }, 'weightDecay -1'],
    [{ nesterov: true }, 'nesterov with momentum 0'],
  ])('sgd refuses %j', (wrong, given) => {
    expect(() => sgd({ rate: 1, ...wrong })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given }) as Error,
    );
  });

  test.each<[() => unknown, string]>([
    [() => adam({ rate: 1, ...({ betas: [0.9, 1] } as Partial<AdamOptions>) }), 'beta2 1'],
    [() => adam({ rate: 1, weightDecay: -1 }), 'weightDecay -1'],
    [() => lion({ rate: 1, ...({ betas: [1.1, 0.9] } as Partial<LionOptions>) }), 'beta1 1.1'],
    [() => lion({ rate: 1, weightDecay: Number.NaN }), 'weightDecay NaN'],
    [() => lamb({ rate: 1, ...({ epsilon: 0 } as Partial<LambOptions>) }), 'epsilon 0'],
    [() => lamb({ rate: 1, weightDecay: -1 }), 'weightDecay -1'],
    [() => adafactor({ clip: 0 } satisfies AdafactorOptions), 'clip 0'],
    [() => adafactor({ decayExponent: 2 }), 'decayExponent 2'],
    [() => adafactor({ epsilons: [0, 1] }), 'epsilon1 0'],
    [() => adafactor({ weightDecay: -1 }), 'weightDecay -1'],
    [() => adafactor({ rate: -1 }), 'rate -1'],
  ])('refuses %o', (make, given) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', given }) as Error);
  });

  test('says what it is set to, schedules included', () => {
    const rate = cosine({ peak: 0.1, warmup: 0.2 });
    expect(adamw({ rate }).config).toEqual({
      rate: { name: 'cosine', peak: 0.1, warmup: 0.2, floor: 0 },
      betas: [0.9, 0.999],
      epsilon: 1e-8,
      weightDecay: 0.01,
    });
    expect(sgd({ rate: (step) => step.cast('float32') }).config).toMatchObject({ rate: null });
    const configs = optimisers.map(({ config }) => JSON.stringify(config));
    expect(new Set(configs).size).toBe(optimisers.length);
  });

  test('a parameter without a gradient is an error that names it', () => {
    expect(() =>
      adamw({ rate: 1 }).update({
        parameters: { 'layer/weight': scalar(1) },
        gradients: {},
        state: { first: {}, second: {} },
        step: scalar(1),
        steps: scalar(1),
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'missing-signal',
        given: 'no gradient for the parameter "layer/weight"',
      }) as Error,
    );
  });

  test('a parameter without fixed sizes is refused', () => {
    expect(() =>
      sgd({ rate: 1, momentum: 0.9 }).init({ w: { dtype: 'float32', shape: ['n'] } }),
    ).toThrow(expect.objectContaining({ code: 'shape-mismatch' }) as Error);
  });
});
