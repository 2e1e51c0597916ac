import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hostTensor, type HostTensor, type JsonObject, Rng } from '@limbeck/core';
import { bagOfEmbeddings, countParameters, modelFromConfig } from '@limbeck/nn';
import { createContext, grad, interpret, type Tensor, tapped } from '@limbeck/tensor';
import { expect, test } from 'vitest';
import { requires } from '../../../test-support/requires.js';
import { built, slope } from './support/built.js';
import { engine } from './support/engine.js';
import { gap } from './support/onnx-weights.js';
import { numbers, textBatch } from './support/run-model.js';

const options = { labels: ['no', 'yes'], vocabulary: 256, width: 4, maxTokens: 16 };
const texts = [[3, 3, 5], [9]];

test('is the mean of its tokens’ vectors, classified', () => {
  const { outputs, feeds } = built(bagOfEmbeddings(options), textBatch(texts));
  const table = feeds['p/tokens/table']!.data as Float32Array;
  const row = (id: number): number[] => [...table.subarray(4 * id, 4 * id + 4)];
  const expected = [...row(3).map((x, i) => (2 * x + row(5)[i]!) / 3), ...row(9)];
  expect(gap(numbers(outputs.embedding, feeds), expected)).toBeLessThan(1e-9);
  // A linear classifier starts at equal logits.
  expect(numbers(outputs.logits, feeds)).toEqual([0, 0, 0, 0]);
});

test('weights, length 1, hidden layers and dropout are options, and its config keeps them', () => {
  const all = { ...options, weighted: true, normalise: true, hidden: [3], dropout: 0.1 };
  const model = bagOfEmbeddings(all);
  const again = modelFromConfig(JSON.parse(JSON.stringify(model.config)) as JsonObject);
  expect(again.config).toEqual(model.config);
  const { outputs, feeds, weights } = built(model, textBatch(texts));
  const heavier = hostTensor('float32', [256, 1], new Float32Array(256).fill(1).fill(2, 3, 4));
  const weighed = { ...feeds, 'p/weights/table': heavier };
  const table = feeds['p/tokens/table']!.data as Float32Array;
  const sum = [0, 1, 2, 3].map((i) => 4 * table[12 + i]! + table[20 + i]!);
  const length = Math.hypot(...sum);
  const vectors = numbers(outputs.embedding, weighed);
  expect(
    gap(
      vectors.slice(0, 4),
      sum.map((x) => x / length),
    ),
  ).toBeLessThan(1e-9);
  expect(Math.hypot(...vectors.slice(4))).toBeCloseTo(1, 9);
  const loss = outputs.logits.sin().sum();
  const gradients = grad(
    loss,
    weights.map(([, tensor]) => tensor),
  );
  weights.forEach(([at], i) => {
    const element = at.startsWith('p/tokens') ? 12 : at.startsWith('p/weights') ? 3 : 1;
    const exact = numbers(gradients[i]!, feeds)[element]!;
    expect(exact, at).toBeCloseTo(slope(loss, feeds, at, element, 1e-5), 5);
  });
  const count = 256 * 4 + 256 + (4 * 3 + 3) + (3 * 2 + 2);
  expect(countParameters(model.init(Rng.from(0)).parameters)).toBe(count);
});

test('taps vectors, embedding and logits, does not see padding, and takes an empty text', () => {
  const edits = { tokens: (x: Tensor) => x, embedding: (x: Tensor) => x, logits: (x: Tensor) => x };
  const { result } = tapped(createContext({ training: false }), edits, (context) =>
    built(bagOfEmbeddings({ ...options, normalise: true }), textBatch([[3], []]), { context }),
  );
  expect(numbers(result.outputs.embedding, result.feeds).slice(4)).toEqual([0, 0, 0, 0]);
});

test('refuses sizes below 1', () => {
  expect(() => bagOfEmbeddings({ ...options, width: 0 })).toThrow(
    expect.objectContaining({ code: 'invalid-option', given: 'width 0' }) as Error,
  );
});

test('with the vectors of static-embedding-64d, is the mean of what its file gives', async (context) => {
  const data = requires('data', context);
  const bytes = readFileSync(path.join(data, 'models/static-embedding-64d/onnx/model.onnx'));
  const vocabulary = 29_524;
  const runner = await (await engine()).load(bytes);
  const vectors = async (ids: readonly number[]): Promise<HostTensor> =>
    (await runner.run({ input_ids: hostTensor('int64', [1, ids.length], ids) }))[
      'last_hidden_state'
    ]!;
  const all = await vectors(Array.from({ length: vocabulary }, (_, id) => id));
  const model = bagOfEmbeddings({ ...options, vocabulary, width: 64, normalise: true });
  const rng = Rng.from(4);
  const text = Array.from({ length: 12 }, () => rng.integer(vocabulary));
  const { outputs, feeds } = built(model, textBatch([text], 15));
  const table = hostTensor('float32', [vocabulary, 64], all.data as Float32Array);
  const { embedding } = interpret(
    { embedding: outputs.embedding },
    { ...feeds, 'p/tokens/table': table },
  );
  const rows = (await vectors(text)).data as Float32Array;
  await runner.dispose();
  const mean = Array.from({ length: 64 }, (_, i) =>
    text.reduce((sum, __, t) => sum + rows[64 * t + i]! / text.length, 0),
  );
  const length = Math.hypot(...mean);
  expect(
    gap(
      embedding.data,
      mean.map((x) => x / length),
    ),
  ).toBeLessThan(1e-6);
});
