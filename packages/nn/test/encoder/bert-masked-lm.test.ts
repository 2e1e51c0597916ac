import { leaves, Rng } from '@limbeck/core';
import {
  bertMaskedLm,
  bertMaskedLmNames,
  type BertMaskedLmParameters,
  countParameters,
  readWeights,
  writeWeights,
} from '@limbeck/nn';
import { createContext, grad, interpret, type Tensor, tapped } from '@limbeck/tensor';
import { expect, test } from 'vitest';
import { built, onRuntime, slope } from '../support/built.js';
import { gap } from '../support/onnx-weights.js';
import { numbers, textBatch } from '../support/run-model.js';

const small = { vocabulary: 40, maxTokens: 8, width: 8, layers: 1, heads: 2, feedForward: 12 };
const text = textBatch([
  [3, 7, 9],
  [4, 2],
]);

// bert-base-uncased with its head, as its file counts it: the published encoder less its pooler, and the head.
test('has the published size', () => {
  const base = { vocabulary: 30_522, maxTokens: 512, width: 768, layers: 12, heads: 12 };
  expect(countParameters(bertMaskedLm(base).parameterSpecs)).toBe(109_514_298);
});

test('weights are log(1 + ReLU) of the largest logit of each word', () => {
  const { outputs, feeds } = built(bertMaskedLm(small), text);
  const logits = numbers(outputs.logits, feeds);
  const at = (row: number, token: number, word: number): number =>
    logits[(row * 3 + token) * 40 + word]!;
  const expected = [0, 1].flatMap((row) =>
    Array.from({ length: 40 }, (_, word) =>
      Math.log1p(Math.max(0, ...(row === 0 ? [0, 1, 2] : [0, 1]).map((t) => at(row, t, word)))),
    ),
  );
  expect(gap(numbers(outputs.weights, feeds), expected)).toBeLessThan(1e-9);
  const summed = built(bertMaskedLm({ ...small, sparsePooling: 'sum' }), text);
  const sums = numbers(summed.outputs.weights, summed.feeds);
  sums.forEach((value, i) => expect(value).toBeGreaterThanOrEqual(expected[i]! - 1e-12));
});

test('the table of words has its gradient from both ends, on ONNX Runtime too', async () => {
  const { outputs, feeds, weights } = built(bertMaskedLm(small), text);
  const loss = outputs.logits.sin().sum();
  const tensors = weights.map(([, tensor]) => tensor);
  const gradients = Object.fromEntries(
    grad(loss, tensors).map((tensor, i) => [`by ${weights[i]![0]}`, tensor]),
  );
  const exact = interpret(gradients, feeds);
  const runtime = await onRuntime(gradients, feeds);
  for (const [path] of weights) {
    const own = exact[`by ${path}`]!.data;
    expect(gap(runtime[`by ${path}`]!.data, own), path).toBeLessThan(1e-4);
    // Word 7 is read and guessed; word 0 is guessed alone.
    for (const element of path === 'p/encoder/words/table' ? [7 * 8, 0] : [1]) {
      expect(Number(own[element]), path).toBeCloseTo(slope(loss, feeds, path, element, 1e-5), 5);
    }
  }
});

test('is written with BERT’s names and read back, and taps logits and weights', () => {
  const model = bertMaskedLm(small);
  const { parameters } = model.init(Rng.from(3));
  const written = writeWeights(parameters, bertMaskedLmNames);
  expect(Object.keys(written)).toHaveLength(leaves(parameters).length);
  expect(Object.keys(written)).toEqual(
    expect.arrayContaining([
      'bert.encoder.layer.0.attention.self.query.weight',
      'cls.predictions.transform.dense.weight',
      'cls.predictions.transform.LayerNorm.bias',
      'cls.predictions.bias',
    ]),
  );
  const back = readWeights<BertMaskedLmParameters>(
    model.parameterSpecs,
    bertMaskedLmNames,
    written,
  );
  expect(back).toEqual(parameters);
  const edits = { logits: (x: Tensor) => x, weights: (x: Tensor) => x.mul(0) };
  const { result } = tapped(createContext({ training: false }), edits, (context) =>
    built(model, text, { context }),
  );
  expect(new Set(numbers(result.outputs.weights, result.feeds))).toEqual(new Set([0]));
  expect(model.config['family']).toBe('bertMaskedLm');
});
