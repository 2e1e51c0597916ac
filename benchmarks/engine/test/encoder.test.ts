import { type HostTensor, leaves } from '@limbeck/core';
import type { EncoderClassifierParameters } from '@limbeck/nn';
import { createContext, inputsFor, interpret, input, specsOf } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { oneHotEncoder } from '../src/encoder.js';
import { tiny } from '../src/sizes.js';
import { batches, classifier, int64, startWeights } from '../src/start.js';

describe('the encoder with a one-hot product', () => {
  test('computes what encoderClassifier computes', () => {
    const weights = startWeights(tiny);
    const parameters = inputsFor<EncoderClassifierParameters>(specsOf(weights), 'weights');
    const shape = [tiny.batch, tiny.tokens];
    const inputs = {
      ids: input('ids', { dtype: 'int64', shape }),
      mask: input('mask', { dtype: 'int64', shape }),
    };
    const byGather = classifier(tiny).apply({
      parameters,
      inputs,
      state: {},
      context: createContext({ training: true }),
    }).outputs.logits;
    const byProduct = oneHotEncoder(parameters, inputs, createContext({ training: true }), tiny);
    const [batch] = batches(tiny, 1);
    const feeds: { [name: string]: HostTensor } = {
      ids: int64(shape, batch!.ids),
      mask: int64(shape, batch!.mask),
    };
    for (const [path, value] of leaves<HostTensor>(weights)) feeds[`weights/${path}`] = value;
    const results = interpret({ byGather, byProduct }, feeds);
    expect(results.byProduct.data.length).toBe(tiny.batch * tiny.classes);
    results.byGather.data.forEach((value, i) =>
      expect(results.byProduct.data[i]).toBeCloseTo(Number(value), 12),
    );
  });
});
