import { constant, exampleLoss, type Loss, type Tensor, type TensorTree } from '@limbeck/tensor';
import { hostTensor, leaves, Rng } from '@limbeck/core';
import {
  byteConvClassifier,
  type Classifier,
  encoderClassifier,
  hashNgrams,
  keepBuckets,
  ngramClassifier,
  ngramCounts,
  type TextInputs,
} from '@limbeck/nn';
import { evaluateItems, expectGradient } from '@limbeck/testing';
import { describe, expect, test } from 'vitest';
import { textBatch } from './support/run-model.js';

const labels = ['css', 'js', 'ts'];
const rng = Rng.from(11);
const texts = [7, 3, 1].map((length) => Array.from({ length }, () => rng.integer(256)));
const batch = textBatch(texts);

/** A model as a loss of its inputs and parameters, so that the tools for losses hold for it. */
function asLoss(model: Classifier): Loss<TextInputs, TensorTree> {
  return {
    name: 'classifier',
    per: 'example',
    init: (seed) => model.init(seed),
    apply: (inputs, given) => {
      const { logits } = model.apply({ ...given, inputs }).outputs;
      const pull = constant(hostTensor('float32', [3], [1, -2, 0.5]));
      return {
        terms: [{ name: 'pull', items: logits.mul(pull).sum(-1).sin() }],
        state: given.state,
      };
    },
  };
}

const hidden = { labels, orders: [1, 2, 3], buckets: 256, maxBytes: 16, hidden: [4] };
const families: { readonly [name: string]: Classifier } = {
  ngram: ngramClassifier({ ...hidden, featureDropout: 0.3, dropout: 0.2 }) as Classifier,
  'ngram with a table': ngramClassifier({
    ...hidden,
    // Every text has a kept n-gram: without one, ReLU would stand at its kink.
    table: keepBuckets(
      256,
      texts.flatMap((text) => [...hashNgrams(Uint8Array.from(text), hidden)]),
    ),
  }) as Classifier,
  byteConv: byteConvClassifier({
    labels,
    maxBytes: 16,
    width: 3,
    channels: [4, 5],
    kernel: 3,
    stride: 2,
  }) as Classifier,
  encoder: encoderClassifier({
    labels,
    vocabulary: 256,
    maxTokens: 16,
    width: 8,
    layers: 2,
    heads: 2,
    dropout: 0.1,
  }) as Classifier,
};

describe.each(Object.entries(families))('%s', (_name, model) => {
  test('is the same on ONNX Runtime and the interpreter, in training and out of it', async () => {
    for (const training of [true, false]) {
      const options = { training, namedBatch: true, seed: 3 };
      const [runtime] = await evaluateItems(asLoss(model), batch, options);
      const exact = await evaluateItems(asLoss(model), batch, {
        ...options,
        engine: 'interpreter',
      });
      exact[0]!.items.forEach((value, i) => expect(runtime!.items[i]).toBeCloseTo(value, 5));
    }
  });

  test('has the gradient of central differences by every parameter', async () => {
    const { parameters } = model.init(Rng.from(3));
    for (const [path] of leaves(parameters)) {
      const wrt = `parameters.${path.replaceAll('/', '.')}`;
      await expectGradient(asLoss(model), batch, wrt, { seed: 3, elements: 4, tolerance: 1e-5 });
    }
  });
});

test('ONNX Runtime hashes n-grams to the buckets of the definition', async () => {
  const options = { orders: [1, 2, 4, 5], buckets: 512 };
  const counts = exampleLoss('counts', (inputs: TextInputs): Tensor =>
    ngramCounts(inputs, options),
  );
  const [term] = await evaluateItems(counts, batch, { namedBatch: true });
  const expected = texts.flatMap((text) => {
    const row = new Array<number>(512).fill(0);
    for (const bucket of hashNgrams(Uint8Array.from(text), options)) row[bucket]!++;
    return row;
  });
  expect(term!.items).toEqual(expected);
});
