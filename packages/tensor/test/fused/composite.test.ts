import { test } from '@fast-check/vitest';
import type { HostTensor } from '@limbeck/core';
import { hostTensor, Rng } from '@limbeck/core';
import {
  adamUpdate,
  composite,
  constant,
  decodeModel,
  grad,
  gradientNorm,
  input,
  interpret,
  movingAverage,
  rotaryEmbedding,
  scaled,
  sgdUpdate,
  simplify,
  Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { topologicalOrder } from '../../src/graph/order.js';
import { makeNode } from '../../src/tensor-base.js';
import { expectGradients, probe } from '../support/gradient-check.js';
import { inputsOf, type Trial } from '../support/trial.js';

const shapes: { readonly [name: string]: readonly number[] } = {
  theta: [2, 3],
  m: [2, 3],
  v: [2, 3],
  g: [2, 3],
  h: [17],
  size: [],
  tiny: [],
  factor: [],
  x: [2, 8],
  cos: [3, 2],
  sin: [3, 2],
};

/** Values that are all above 0, so that roots have slopes. */
function trial(build: Trial['build'], names: readonly string[]): Trial {
  const rng = Rng.from(7);
  const feeds: { [name: string]: HostTensor } = {};
  for (const name of names) {
    const shape = shapes[name]!;
    const length = shape.reduce((a, b) => a * b, 1);
    feeds[name] = hostTensor(
      'float64',
      shape,
      Float64Array.from({ length }, () => rng.uniform(0.2, 1.5)),
    );
  }
  const specs = Object.fromEntries(
    names.map((name) => [name, { dtype: 'float64', shape: shapes[name]! } as const]),
  );
  return { specs, feeds, build };
}

/** Two heads of four numbers at two positions of a table of three. */
function rotaryTrial(pairs: 'halves' | 'interleaved'): Trial {
  return trial(
    ({ x, cos, sin }) => [
      rotaryEmbedding(x!, {
        positions: constant(hostTensor('int64', [2], [2, 0])),
        cos: cos!,
        sin: sin!,
        pairs,
      }),
    ],
    ['x', 'cos', 'sin'],
  );
}

const trials: { readonly [name: string]: Trial } = {
  adamUpdate: trial(
    ({ theta, m, v, g, size, tiny, factor }) => {
      const updated = adamUpdate({
        parameter: theta!,
        first: m!,
        second: v!,
        gradient: scaled(g!, factor!),
        size: size!,
        tiny: tiny!,
        shrink: factor!,
        coupled: 0.3,
        betas: [0.6, 0.8],
      });
      return [updated.parameter, updated.first, updated.second];
    },
    ['theta', 'm', 'v', 'g', 'size', 'tiny', 'factor'],
  ),
  sgdUpdate: trial(
    ({ theta, v, g, size }) => {
      const updated = sgdUpdate({
        parameter: theta!,
        velocity: v!,
        gradient: g!,
        rate: size!,
        momentum: 0.7,
        nesterov: true,
        coupled: 0.2,
      });
      return [updated.parameter, updated.velocity!];
    },
    ['theta', 'v', 'g', 'size'],
  ),
  movingAverage: trial(
    ({ m, theta, size }) => [movingAverage(m!, theta!, size!)],
    ['m', 'theta', 'size'],
  ),
  gradientNorm: trial(
    ({ g, h }) => {
      const { norm, factor } = gradientNorm([g!, h!], 0.9);
      return [norm, factor];
    },
    ['g', 'h'],
  ),
  'rotaryEmbedding, halves': rotaryTrial('halves'),
  'rotaryEmbedding, interleaved': rotaryTrial('interleaved'),
  // A gradient that depends on the parameter that it updates, as in bilevel training.
  'a step into the own gradient': trial(
    ({ theta, size }) => {
      const [g] = grad(theta!.square().mul(theta!).sum(), [theta!]);
      const updated = sgdUpdate({ parameter: theta!, gradient: g!, rate: size! });
      return [updated.parameter];
    },
    ['theta', 'size'],
  ),
};

describe.each(Object.entries(trials))('%s', (_name, given) => {
  test('has the gradient of central differences', () => expectGradients(given));

  test('has second derivatives', () => {
    expectGradients({
      ...given,
      build: (inputs) =>
        grad(probe(given.build(inputs).map((y) => y.square())), Object.values(inputs)),
    });
  });

  test('is written as nodes of the standard, under the names of its outputs', () => {
    const inputs = inputsOf(given);
    const outputs = Object.fromEntries(given.build(inputs).map((y, i) => [`y${i}`, y]));
    const graph = decodeModel(toOnnx(outputs, { portable: true }).bytes).graph!;
    const made = graph.node.flatMap(({ output }) => output);
    expect(new Set(made).size).toBe(made.length);
    for (const name of Object.keys(outputs)) expect(made).toContain(name);
    expect(graph.node.every(({ domain }) => domain === '')).toBe(true);
  });
});

describe('adamUpdate', () => {
  const x = (shape: readonly number[]): Tensor => input('x', { dtype: 'float32', shape });

  test('takes the first step of Adam, worked out by hand', () => {
    // m̂ = g and v̂ = g²: a step of the rate against the sign of the gradient, whatever its size.
    const g = hostTensor('float32', [2], [3, -0.01]);
    const gradient = input('g', { dtype: 'float32', shape: [2] });
    const zeros = gradient.mul(0);
    const one = gradient.scalar(1);
    const { parameter } = adamUpdate({
      parameter: zeros,
      first: zeros,
      second: zeros,
      gradient,
      size: one.mul(0.1),
      tiny: one.mul(0),
      betas: [0.9, 0.999],
    });
    const { data } = interpret({ parameter }, { g }).parameter;
    expect(data[0]).toBeCloseTo(-0.1, 7);
    expect(data[1]).toBeCloseTo(0.1, 7);
  });

  test('refuses tensors of different shapes', () => {
    const [a, b] = [x([2]), input('y', { dtype: 'float32', shape: [3] })];
    const call = (): unknown =>
      adamUpdate({
        parameter: a,
        first: a,
        second: a,
        gradient: b,
        size: a.sum(),
        tiny: a.sum(),
        betas: [0, 0],
      });
    expect(call).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});

describe('gradientNorm', () => {
  test('is the norm, and a factor that brings it to the limit or leaves it', () => {
    const g = input('g', { dtype: 'float32', shape: [2] });
    const h = input('h', { dtype: 'float32', shape: [1] });
    const feeds = { g: hostTensor('float32', [2], [2, 3]), h: hostTensor('float32', [1], [6]) };
    const strict = interpret({ ...gradientNorm([g, h], 3.5) }, feeds);
    expect([strict.norm.data[0], strict.factor.data[0]]).toEqual([7, 0.5]);
    const loose = interpret({ ...gradientNorm([g, h], 10) }, feeds);
    expect([loose.norm.data[0], loose.factor.data[0]]).toEqual([7, 1]);
  });

  test('refuses a size that is known at run time alone', () => {
    const g = input('g', { dtype: 'float32', shape: ['n'] });
    expect(() => gradientNorm([g], 1)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});

describe('rotaryEmbedding', () => {
  const x = input('x', { dtype: 'float32', shape: [1, 4] });
  const table = (a: number, b: number): Tensor => constant(hostTensor('float32', [1, 2], [a, b]));
  const by = {
    positions: constant(hostTensor('int64', [1], [0])),
    // A quarter turn of the first pair, none of the second.
    cos: table(0, 1),
    sin: table(1, 0),
  };
  const feeds = { x: hostTensor('float32', [1, 4], [1, 2, 3, 4]) };
  const turned = (pairs: 'halves' | 'interleaved'): number[] => {
    const y = rotaryEmbedding(x, { ...by, pairs });
    return Array.from(interpret({ y }, feeds).y.data, Number);
  };

  test('turns halves, or neighbours', () => {
    expect(turned('halves')).toEqual([-3, 2, 1, 4]);
    expect(turned('interleaved')).toEqual([-2, 1, 3, 4]);
  });

  test('refuses widths that are not whole heads', () => {
    const wide = input('w', { dtype: 'float32', shape: [1, 6] });
    const call = (): unknown => rotaryEmbedding(wide, { ...by, pairs: 'halves' });
    expect(call).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });

  test('looks angles up once for all that turn by them, in a file of the standard', () => {
    const positions = input('at', { dtype: 'int64', shape: [1] });
    const many = [x, x.neg(), x.exp()].map((h) =>
      rotaryEmbedding(h, { ...by, positions, pairs: 'halves' }),
    );
    const file = toOnnx({ y: many.reduce((a, b) => a.add(b)) }, { portable: true });
    const types = decodeModel(file.bytes).graph!.node.map(({ opType }) => opType);
    expect(types.filter((type) => type === 'Gather')).toHaveLength(2);
  });
});

describe('composite', () => {
  const twice = composite({ name: 'twice', expand: ([x]) => [x!.add(x!)] });
  const y = input('y', { dtype: 'int64', shape: ['n'] });
  const doubled = (x: Tensor): Tensor => new Tensor(makeNode(twice, [x], {}));

  test('runs on whole numbers and on composites', () => {
    const feeds = { y: hostTensor('int64', [2], [3, -4]) };
    expect([...interpret({ z: doubled(doubled(y)) }, feeds).z.data]).toEqual([12n, -16n]);
  });

  test('is one node, merged with its equals', () => {
    const sum = doubled(y).add(doubled(y));
    const order = topologicalOrder([simplify({ sum }).sum]);
    expect(order.map(({ operator }) => operator.name)).toEqual(['input', 'twice', 'add']);
  });
});
