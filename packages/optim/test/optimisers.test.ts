import {
  adamw,
  type AdamwOptions,
  cosine,
  decayMatrices,
  sgd,
  type SgdOptions,
} from '@limbeck/optim';
import { type Optimizer, scalar, type TensorTree } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import golden from './golden/optimisers.json' with { type: 'json' };
import { type Numbers, Trainer } from './support/train.js';

const start = { 'layer/weight': [0.5, -1.25, 2, 0.125], 'layer/bias': [0.25, -0.75] };

/** The gradients of golden/optimisers.py. */
function gradients(parameters: Numbers, t: number): Numbers {
  return Object.fromEntries(
    Object.entries(parameters).map(([path, theta]) => {
      const scale = path === 'layer/weight' ? 1 : 0.01;
      return [path, theta.map((x) => scale * (Math.sin(3 * x + t) + 0.5 * x))];
    }),
  );
}

function train<S extends TensorTree>(optimizer: Optimizer<S>): Trainer<S> {
  const trainer = new Trainer(optimizer, start, golden.steps);
  for (let t = 0; t < golden.steps; t++) trainer.step(gradients(trainer.parameters, t), t);
  return trainer;
}

const runs: { readonly [name: string]: () => { readonly parameters: Numbers } } = {
  sgd: () => train(sgd({ rate: 0.1 })),
  'sgd with decay of matrices': () =>
    train(sgd({ rate: 0.1, weightDecay: 0.05, decay: decayMatrices })),
  momentum: () => train(sgd({ rate: 0.03, momentum: 0.9, weightDecay: 0.01 })),
  nesterov: () => train(sgd({ rate: 0.03, momentum: 0.9, nesterov: true, weightDecay: 0.01 })),
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
};

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

  test('works without parameters', () => {
    const trainer = new Trainer(adamw({ rate: 0.5 }), {});
    trainer.step({}, 0);
    expect(trainer.parameters).toEqual({});
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
