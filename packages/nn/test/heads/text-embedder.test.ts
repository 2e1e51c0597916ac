import { leaves, Rng } from '@limbeck/core';
import { bertEncoder, textEmbedder } from '@limbeck/nn';
import { createContext, grad, interpret, type Tensor, tapped } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { built, onRuntime, slope } from '../support/built.js';
import { gap } from '../support/onnx-weights.js';
import { numbers, textBatch } from '../support/run-model.js';

const encoder = bertEncoder({
  vocabulary: 40,
  maxTokens: 8,
  width: 8,
  layers: 1,
  heads: 2,
  pooler: false,
});
const text = textBatch([
  [3, 7, 9],
  [4, 2],
]);
const refused = (given: string): Error =>
  expect.objectContaining({ code: 'invalid-option', given }) as Error;

describe('textEmbedder', () => {
  const plain = built(textEmbedder(encoder, { width: 8, normalise: false }), text);
  const states = numbers(plain.outputs.states, plain.feeds);
  const state = (row: number, token: number): number[] =>
    states.slice((row * 3 + token) * 8, (row * 3 + token + 1) * 8);
  const perNumber = (
    row: number,
    count: number,
    of: (own: readonly number[]) => number,
  ): number[] =>
    Array.from({ length: 8 }, (_, i) =>
      of(Array.from({ length: count }, (__, token) => state(row, token)[i]!)),
    );
  const sum = (own: readonly number[]): number => own.reduce((a, b) => a + b, 0);

  test.each([
    ['mean', (own: readonly number[]) => sum(own) / own.length],
    ['max', (own: readonly number[]) => Math.max(...own)],
    ['first', (own: readonly number[]) => own[0]!],
  ] as const)('pools by %s over what the mask keeps', (pooling, of) => {
    const { outputs, feeds } = built(
      textEmbedder(encoder, { width: 8, pooling, normalise: false }),
      text,
    );
    const expected = [...perNumber(0, 3, of), ...perNumber(1, 2, of)];
    expect(gap(numbers(outputs.embedding, feeds), expected)).toBeLessThan(1e-6);
  });

  test('maps to another width and has length 1, with its gradient, on ONNX Runtime too', async () => {
    const model = textEmbedder(encoder, { width: 8, embeddingWidth: 5 });
    const { outputs, feeds, weights } = built(model, text);
    const vectors = numbers(outputs.embedding, feeds);
    expect(vectors).toHaveLength(10);
    for (const row of [vectors.slice(0, 5), vectors.slice(5)]) {
      expect(Math.hypot(...row)).toBeCloseTo(1, 9);
    }
    const loss = outputs.embedding.sin().sum();
    const tensors = weights.map(([, tensor]) => tensor);
    const all = Object.fromEntries(
      grad(loss, tensors).map((tensor, i) => [`by ${weights[i]![0]}`, tensor]),
    );
    const exact = interpret(all, feeds);
    const runtime = await onRuntime(all, feeds);
    for (const [path] of weights) {
      const own = exact[`by ${path}`]!.data;
      expect(gap(runtime[`by ${path}`]!.data, own), path).toBeLessThan(1e-4);
      const element = path === 'p/encoder/words/table' ? 3 * 8 : 1;
      expect(Number(own[element]), path).toBeCloseTo(slope(loss, feeds, path, element, 1e-5), 5);
    }
    const { parameters } = model.init(Rng.from(1));
    expect(leaves(model.parameterSpecs).map(([path]) => path)).toEqual(
      leaves(parameters).map(([path]) => path),
    );
    expect(model.config).toMatchObject({ family: 'textEmbedder', embeddingWidth: 5 });
  });

  test('taps the embedding', () => {
    const { result } = tapped(
      createContext({ training: false }),
      { embedding: (x: Tensor) => x.mul(0) },
      (context) => built(textEmbedder(encoder, { width: 8 }), text, { context }),
    );
    expect(new Set(numbers(result.outputs.embedding, result.feeds))).toEqual(new Set([0]));
  });

  test('refuses widths below 1 and other poolings', () => {
    expect(() => textEmbedder(encoder, { width: 0 })).toThrow(refused('width 0'));
    expect(() => textEmbedder(encoder, { width: 8, embeddingWidth: 0 })).toThrow(
      refused('embeddingWidth 0'),
    );
    expect(() => textEmbedder(encoder, { width: 8, pooling: 'last' as 'first' })).toThrow(
      refused('pooling "last"'),
    );
  });
});
