import { hostTensor, Rng } from '@limbeck/core';
import {
  additiveMask,
  aroundEach,
  attentionParameters,
  conv1d,
  conv1dParameters,
  countParameters,
  dropout,
  embedding,
  embeddingParameters,
  kaimingNormal,
  layerNorm,
  layerNormParameters,
  linear,
  linearParameters,
  maskedMax,
  maskedMean,
  multiHeadAttention,
  ones,
  truncatedNormal,
  xavierUniform,
  zeros,
} from '@limbeck/nn';
import { constant, createContext, full, grad, input, type Tensor } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { contextOf, numbers } from './support/run-model.js';

const rng = Rng.from(1);
const of = (shape: readonly number[], values: readonly number[]): Tensor =>
  constant(hostTensor('float32', shape, values));
const plain = createContext({ training: false });
const refused = (code: string): Error => expect.objectContaining({ code }) as Error;

function moments(values: Float32Array): { mean: number; variance: number; largest: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((total, x) => total + (x - mean) ** 2, 0) / values.length;
  return { mean, variance, largest: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) };
}

describe('initialisers', () => {
  test('have the variances of their papers', () => {
    const xavier = moments(xavierUniform(rng, [200, 100]).data);
    expect(xavier.variance).toBeCloseTo(2 / 300, 3);
    expect(xavier.largest).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / 300)));
    expect(moments(kaimingNormal(rng, [200, 100]).data).variance).toBeCloseTo(2 / 200, 3);
    expect(moments(kaimingNormal(rng, [64, 50, 4]).data).variance).toBeCloseTo(2 / 200, 3);
    const cut = moments(truncatedNormal(0.5)(rng, [200, 100]).data);
    expect(cut.largest).toBeLessThanOrEqual(1);
    // A normal cut at two deviations keeps 0.774 of its variance.
    expect(cut.variance).toBeCloseTo(0.25 * 0.774, 2);
    for (const { mean } of [xavier, cut]) expect(Math.abs(mean)).toBeLessThan(0.01);
  });

  test('zeros, ones, and equal seeds', () => {
    expect([...zeros(rng, [2]).data, ...ones(rng, [2]).data]).toEqual([0, 0, 1, 1]);
    expect(xavierUniform(Rng.from(5), [3, 2])).toEqual(xavierUniform(Rng.from(5), [3, 2]));
  });

  test('refuse shapes without a width, and a deviation of 0', () => {
    expect(() => xavierUniform(rng, [3])).toThrow(refused('shape-mismatch'));
    expect(() => kaimingNormal(rng, [1, 2, 3, 4, 5])).toThrow(refused('shape-mismatch'));
    expect(() => truncatedNormal(0)).toThrow(refused('invalid-option'));
  });
});

describe('layers', () => {
  test('linear is x W + b', () => {
    const p = { weight: of([2, 3], [1, 2, 3, 4, 5, 6]), bias: of([3], [10, 20, 30]) };
    expect(numbers(linear(p, of([1, 2], [1, -1])), {})).toEqual([7, 17, 27]);
    expect(linear(p, full(['batch', 4, 2], 1)).shape).toEqual(['batch', 4, 3]);
    expect(() => linear(p, of([1, 3], [1, 1, 1]))).toThrow(refused('shape-mismatch'));
    expect(() => linearParameters(rng, 0, 1)).toThrow(refused('invalid-option'));
  });

  test('embedding takes rows', () => {
    const p = { table: of([3, 2], [0, 1, 10, 11, 20, 21]) };
    const rows = embedding(p, constant(hostTensor('int64', [2, 1], [2, 0])));
    expect(rows.shape).toEqual([2, 1, 2]);
    expect(numbers(rows, {})).toEqual([20, 21, 0, 1]);
    expect(countParameters(embeddingParameters(rng, 5, 4))).toBe(20);
  });

  test('layerNorm starts at mean 0 and variance 1', () => {
    const { gamma, beta } = layerNormParameters(rng, 2);
    const p = { gamma: constant(gamma), beta: constant(beta) };
    const [a, b] = numbers(layerNorm(p, of([1, 2], [3, 7])), {});
    expect(a).toBeCloseTo(-1, 5);
    expect(b).toBeCloseTo(1, 5);
  });

  test('dropout zeroes its share and rescales the rest, in training alone', () => {
    const x = full([100, 100], 1);
    const feeds = { seed: hostTensor('uint32', [], [7]), draw: hostTensor('uint32', [], [0]) };
    const kept = numbers(dropout(contextOf(true), x, { rate: 0.25 }), feeds);
    expect(kept.filter((v) => v === 0).length / 1e4).toBeCloseTo(0.25, 1);
    expect(Math.max(...kept)).toBeCloseTo(4 / 3, 6);
    const raw = numbers(dropout(contextOf(true), x, { rate: 0.25, rescale: false }), feeds);
    expect(Math.max(...raw)).toBe(1);
    expect(dropout(contextOf(false), x, { rate: 0.25 })).toBe(x);
    expect(dropout(contextOf(true), x, { rate: 0 })).toBe(x);
    const other = numbers(dropout(contextOf(true), x, { rate: 0.25 }), {
      ...feeds,
      draw: hostTensor('uint32', [], [1]),
    });
    expect(other).not.toEqual(kept);
  });

  test('dropout refuses a rate of 1, and a second draw of one stream', () => {
    const x = full([2], 1);
    expect(() => dropout(plain, x, { rate: 1 })).toThrow(refused('invalid-option'));
    const context = contextOf(true);
    dropout(context, x, { rate: 0.5 });
    expect(() => dropout(context, x, { rate: 0.5 })).toThrow(refused('duplicate-name'));
  });

  test('conv1d slides, strides and pads', () => {
    const p = { weight: of([1, 1, 3], [1, 10, 100]), bias: of([1], [0.5]) };
    const x = of([1, 1, 5], [1, 2, 3, 4, 5]);
    expect(numbers(conv1d(p, x), {})).toEqual([321.5, 432.5, 543.5]);
    expect(numbers(conv1d(p, x, { stride: 2, pad: aroundEach(3) }), {})).toEqual([
      210.5, 432.5, 54.5,
    ]);
    expect(aroundEach(4)).toEqual([1, 2]);
    expect(() => conv1d(p, x, { stride: 0 })).toThrow(refused('invalid-option'));
    expect(countParameters(conv1dParameters(rng, { inputs: 2, outputs: 3, kernel: 4 }))).toBe(27);
  });

  test('pooling sees what the mask keeps', () => {
    const x = of([2, 3, 2], [-1, 5, -3, 1, 99, 99, 1, 1, 1, 1, 1, 1]);
    const mask = constant(hostTensor('int64', [2, 3], [1, 1, 0, 0, 0, 0]));
    expect(numbers(maskedMean(x, mask), {})).toEqual([-2, 3, 0, 0]);
    // Adding 0 turns −0 into 0.
    expect(numbers(maskedMax(x, mask).add(0), {})).toEqual([-1, 5, 0, 0]);
    const short = constant(hostTensor('int64', [2, 2], [1, 1, 1, 1]));
    expect(() => maskedMean(x, short)).toThrow(refused('shape-mismatch'));
    expect(() => maskedMax(x, short)).toThrow(refused('shape-mismatch'));
  });
});

describe('multiHeadAttention', () => {
  const [tokens, width, heads] = [3, 4, 2];
  const values = Array.from({ length: 2 * tokens * width }, (_, i) => Math.sin(i));
  const x = of([2, tokens, width], values);
  const host = attentionParameters(Rng.from(3), width);
  const parameters = {
    query: { weight: constant(host.query.weight), bias: constant(host.query.bias) },
    key: { weight: constant(host.key.weight), bias: constant(host.key.bias) },
    value: { weight: constant(host.value.weight), bias: constant(host.value.bias) },
    output: { weight: constant(host.output.weight), bias: constant(host.output.bias) },
  };

  /** The equation of §3.2, head by head, in plain loops. */
  function byHand(row: number): number[] {
    const times = (name: keyof typeof host, h: number[][]): number[][] =>
      h.map((each) =>
        Array.from({ length: width }, (_, j) =>
          each.reduce((sum, v, i) => sum + v * Number(host[name].weight.data[i * width + j]), 0),
        ),
      );
    const h = Array.from({ length: tokens }, (_, t) =>
      values.slice((row * tokens + t) * width, (row * tokens + t + 1) * width).map(Math.fround),
    );
    const [q, k, v] = [times('query', h), times('key', h), times('value', h)];
    const d = width / heads;
    const joined = q.map((_, t) =>
      Array.from({ length: width }, (_unused, j) => {
        const head = Math.floor(j / d);
        const scores = k.map((key) => {
          let dot = 0;
          for (let i = head * d; i < (head + 1) * d; i++) dot += q[t]![i]! * key[i]!;
          return Math.exp(dot / Math.sqrt(d));
        });
        const total = scores.reduce((a, b) => a + b);
        return scores.reduce((sum, score, s) => sum + (score / total) * v[s]![j]!, 0);
      }),
    );
    return times('output', joined).flat();
  }

  test('is what the equation says', () => {
    const { output, attention } = multiHeadAttention(parameters, x, plain, { heads });
    expect(attention.shape).toEqual([2, heads, tokens, tokens]);
    const expected = [...byHand(0), ...byHand(1)];
    numbers(output, {}).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  test('a masked token takes no part', () => {
    const mask = additiveMask(constant(hostTensor('int64', [2, tokens], [1, 1, 0, 1, 1, 1])));
    const context = createContext({ training: false });
    const masked = multiHeadAttention(parameters, x, context, { heads, mask });
    const weights = numbers(masked.attention, {});
    for (let i = 2; i < heads * tokens * tokens; i += tokens) expect(weights[i]).toBe(0);
    const moved = values.map((v, i) => (i >= 2 * width && i < 3 * width ? 50 : v));
    const other = multiHeadAttention(
      parameters,
      of([2, tokens, width], moved),
      createContext({ training: false }),
      { heads, mask },
    );
    const [a, b] = [numbers(masked.output, {}), numbers(other.output, {})];
    expect(b.slice(0, 2 * width)).toEqual(a.slice(0, 2 * width));
  });

  test('sends a gradient to every map', () => {
    const named = input('x', { dtype: 'float32', shape: [2, tokens, width] });
    const context = createContext({ training: false });
    const { output } = multiHeadAttention(parameters, named, context, { heads });
    const [dx] = grad(output.square().sum(), [named]);
    const feeds = { x: hostTensor('float32', [2, tokens, width], values) };
    expect(numbers(dx!, feeds).every((g) => g !== 0 && Number.isFinite(g))).toBe(true);
  });

  test('refuses heads that do not divide the width', () => {
    const context = createContext({ training: false });
    expect(() => multiHeadAttention(parameters, x, context, { heads: 3 })).toThrow(
      refused('shape-mismatch'),
    );
    expect(() => multiHeadAttention(parameters, x, context, { heads: 0 })).toThrow(
      refused('invalid-option'),
    );
  });
});
