import { hostTensor, type JsonObject, Rng } from '@limbeck/core';
import {
  byteConvClassifier,
  type Classifier,
  countParameters,
  encoderClassifier,
  hashNgrams,
  keepBuckets,
  mlp,
  modelFromConfig,
  ngramClassifier,
} from '@limbeck/nn';
import {
  createContext,
  grad,
  input,
  inputsFor,
  specsOf,
  type Tensor,
  tapped,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { applied, numbers, textBatch } from './support/run-model.js';

const labels = ['css', 'js', 'ts'];
const texts = [
  [105, 102, 32, 40],
  [35, 123],
];
const kept = hashNgrams(Uint8Array.from(texts[0]!), { orders: [1, 2], buckets: 64 });
const refused = (code: string): Error => expect.objectContaining({ code }) as Error;

const encoderOptions = {
  labels,
  vocabulary: 256,
  maxTokens: 16,
  width: 8,
  layers: 2,
  heads: 2,
} as const;
const convOptions = { labels, maxBytes: 64, width: 4, channels: [6, 5], kernel: 3, stride: 2 };

const families: { readonly [name: string]: () => Classifier } = {
  ngram: () =>
    ngramClassifier({
      labels,
      orders: [1, 2],
      buckets: 64,
      hidden: [4],
      maxBytes: 64,
    }) as Classifier,
  'ngram with a table': () =>
    ngramClassifier({
      labels,
      orders: [1, 2],
      buckets: 64,
      table: keepBuckets(64, kept),
      maxBytes: 64,
      featureDropout: 0.1,
    }) as Classifier,
  byteConv: () => byteConvClassifier(convOptions) as Classifier,
  'byteConv with means': () =>
    byteConvClassifier({ ...convOptions, pooling: 'mean', dropout: 0.1 }) as Classifier,
  encoder: () => encoderClassifier(encoderOptions) as Classifier,
  'encoder, post-norm, first token': () =>
    encoderClassifier({
      ...encoderOptions,
      norm: 'post',
      pooling: 'first',
      dropout: 0.1,
    }) as Classifier,
};

describe.each(Object.entries(families))('%s', (name, make) => {
  const logitsOf = (batch: object, options = {}): number[] => {
    const { outputs, feeds } = applied(make(), batch, { seed: 2, ...options });
    return numbers(outputs.logits, feeds);
  };

  test('is rebuilt by its config', () => {
    const model = make();
    const again = modelFromConfig(JSON.parse(JSON.stringify(model.config)) as JsonObject);
    expect(again.config).toEqual(model.config);
    const { outputs, feeds } = applied(again, textBatch(texts), { seed: 2 });
    expect(numbers(outputs.logits, feeds)).toEqual(logitsOf(textBatch(texts)));
  });

  test('does not see padding', () => {
    const short = logitsOf(textBatch(texts));
    const long = logitsOf(textBatch(texts, 9));
    long.forEach((value, i) => expect(value).toBeCloseTo(short[i]!, 9));
    const alone = logitsOf(textBatch([texts[1]!]));
    alone.forEach((value, i) => expect(value).toBeCloseTo(short[3 + i]!, 9));
  });

  test('is finite for a text of one byte', () => {
    expect(logitsOf(textBatch([[65]])).every(Number.isFinite)).toBe(true);
  });

  test('every parameter has a gradient', () => {
    const { outputs, feeds, weights } = applied(make(), textBatch([...texts, [99, 99, 98]]), {
      seed: 2,
    });
    const loss = outputs.logits
      .add(input('shift', { dtype: 'float32', shape: [3] }))
      .square()
      .sum();
    const gradients = grad(
      loss,
      weights.map(([, tensor]) => tensor),
    );
    const shift = hostTensor('float32', [3], [1, -2, 0.5]);
    weights.forEach(([path], i) => {
      // A bias of keys moves all scores of a query alike, which a softmax does not see.
      if (path.endsWith('key/bias')) return;
      const values = numbers(gradients[i]!, { ...feeds, shift });
      expect(
        values.some((g) => Math.abs(g) > 1e-12),
        path,
      ).toBe(true);
    });
  });

  test('draws anew in training where it has dropout', () => {
    const drops =
      Number(make().config['dropout'] ?? 0) + Number(make().config['featureDropout'] ?? 0);
    const many = textBatch(Array.from({ length: 8 }, (_, i) => [40 + i, 41, 42 + 3 * i, 43, 44]));
    const [a, b] = [0, 1].map((draw) => logitsOf(many, { training: true, draw }));
    if (drops > 0 && !name.includes('table')) expect(a).not.toEqual(b);
    else if (drops === 0) expect(a).toEqual(b);
  });
});

describe('encoderClassifier', () => {
  test('taps every block under a stable name', () => {
    const model = encoderClassifier(encoderOptions);
    const { parameters } = model.init(Rng.from(0));
    const seen: string[] = [];
    const names = ['embeddings', 'hidden', 'logits'].concat(
      [0, 1].flatMap((i) =>
        ['attention/scores', 'attention/attention', 'inner', 'output'].map(
          (tap) => `encoder/${i}/${tap}`,
        ),
      ),
    );
    const edits = Object.fromEntries(
      names.map((name) => [name, (value: Tensor) => (seen.push(name), value)]),
    );
    tapped(createContext({ training: false }), edits, (context) =>
      model.apply({
        parameters: inputsFor(specsOf(parameters) as never, 'p'),
        state: {},
        inputs: inputsFor(model.inputs as never, 'x'),
        context,
      }),
    );
    expect(seen.sort()).toEqual([...names].sort());
  });

  test('gives hidden states and attentions of every block', () => {
    const { outputs, feeds } = applied(encoderClassifier(encoderOptions), textBatch(texts));
    expect(outputs.hiddenStates).toHaveLength(3);
    expect(outputs.attentions).toHaveLength(2);
    const weights = numbers(outputs.attentions[1]!, feeds);
    for (let i = 0; i < weights.length; i += 4) {
      expect(weights.slice(i, i + 4).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    }
  });

  test('its scopes name the nodes', () => {
    const { outputs } = applied(encoderClassifier(encoderOptions), textBatch(texts));
    expect(outputs.logits.node.scope).toBe('classifier');
    expect(outputs.attentions[1]!.node.scope).toBe('encoder/1/attention');
  });

  test('has as many parameters as worked out by hand', () => {
    const { parameters } = encoderClassifier(encoderOptions).init(Rng.from(0));
    const block = 4 * (8 * 8 + 8) + (8 * 32 + 32) + (32 * 8 + 8) + 4 * 8;
    expect(countParameters(parameters)).toBe((256 + 16) * 8 + 2 * block + 16 + (8 * 3 + 3));
  });

  test.each([
    [{ width: 7 }, 'width 7 for 2 heads'],
    [{ layers: 0 }, 'layers 0'],
    [{ dropout: 1 }, 'dropout 1'],
    [{ norm: 'none' as 'pre' }, 'norm "none"'],
    [{ pooling: 'max' as 'mean' }, 'pooling "max"'],
    [{ labels: ['a'] }, '1 labels'],
  ])('refuses %j', (wrong, given) => {
    expect(() => encoderClassifier({ ...encoderOptions, ...wrong })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given }) as Error,
    );
  });
});

describe('other families', () => {
  test('mlp is layers of ReLU', () => {
    const model = mlp({ width: 2, hidden: [3], labels: ['a', 'b'] });
    const features = hostTensor('float32', [1, 2], [1, -2]);
    const { outputs, feeds, parameters } = applied(model, { features });
    const [first, second] = parameters.layers as unknown as { weight: { data: Float32Array } }[];
    const hidden = [0, 1, 2].map((j) =>
      Math.max(0, first!.weight.data[j]! - 2 * first!.weight.data[3 + j]!),
    );
    const expected = [0, 1].map((k) =>
      hidden.reduce((sum, h, j) => sum + h * second!.weight.data[2 * j + k]!, 0),
    );
    numbers(outputs.logits, feeds).forEach((z, i) => expect(z).toBeCloseTo(expected[i]!, 9));
  });

  test.each([
    [{ channels: [] }, 'layers 0'],
    [{ channels: [0] }, 'channels 0'],
    [{ kernel: 0 }, 'kernel 0'],
    [{ stride: 0 }, 'stride 0'],
    [{ pooling: 'min' as 'max' }, 'pooling "min"'],
  ])('byteConvClassifier refuses %j', (wrong, given) => {
    expect(() => byteConvClassifier({ ...convOptions, ...wrong })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given }) as Error,
    );
  });

  test('modelFromConfig names the families that it knows', () => {
    expect(() => modelFromConfig({ family: 'forest' })).toThrow(refused('unknown-name'));
    expect(() => modelFromConfig({})).toThrow(refused('unknown-name'));
    expect(() => modelFromConfig({ family: 'toString' })).toThrow(refused('unknown-name'));
  });

  test('byteConvClassifier looks up no id behind a text', () => {
    const model = byteConvClassifier({ labels, maxBytes: 8, width: 3, channels: [4] });
    const short = textBatch([[35, 123]], 4);
    const { outputs, feeds } = applied(model, short);
    const junk = BigInt64Array.from(short.ids.data, (id, i) => (i < 2 ? id : 256n));
    const more = { ...feeds, 'x/ids': { ...short.ids, data: junk } };
    expect(numbers(outputs.logits, more)).toEqual(numbers(outputs.logits, feeds));
  });

  test('a table may send several buckets to one feature, and more than 255 features', () => {
    const table = Uint16Array.from({ length: 1024 }, (_, i) => (i % 4 === 0 ? 0 : (i % 300) + 1));
    const model = ngramClassifier({
      labels,
      orders: [1],
      buckets: 1024,
      table,
      maxBytes: 8,
      normalise: 'none',
    });
    const again = modelFromConfig(JSON.parse(JSON.stringify(model.config)) as JsonObject);
    const batch = textBatch([[1, 2, 3, 4, 5, 6, 7, 8]]);
    const features = (each: typeof model): number[] => {
      const { outputs, feeds } = applied(each, batch);
      return numbers(interpretable(outputs), feeds);
    };
    const interpretable = (outputs: object) => (outputs as { features: never }).features;
    expect(features(again as never)).toEqual(features(model));
    expect(features(model).filter((f) => f > 0).length).toBeGreaterThan(2);
  });

  test('keepBuckets refuses numbers that are no buckets', () => {
    expect(() => keepBuckets(8, [8])).toThrow(refused('invalid-option'));
    expect(() => keepBuckets(8, [0.5])).toThrow(refused('invalid-option'));
  });
});
