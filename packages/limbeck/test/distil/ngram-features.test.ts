import type { HostTensor } from '@limbeck/core';
import { textCollator } from '@limbeck/data';
import { ngramClassifier, type TextInputs } from '@limbeck/nn';
import { createContext, inputsFor, toOnnx } from '@limbeck/tensor';
import { nodeEngine } from '@limbeck/runtime/node';
import { describe, expect, test } from 'vitest';
import {
  byteNgrams,
  informativeBuckets,
  NgramFeatures,
  TextCounts,
  together,
  widthOf,
  wordsAndPairs,
} from '../../src/distil/ngram-features.js';

const texts = ['', 'a', 'hello hello', 'Grüße, 世界', 'x'.repeat(200), 'the end of the world'];
const spec = { orders: [1, 2, 3], buckets: 1024, maxBytes: 64 };
const rows = ['good day', 'good dog', 'bad day', 'bad dog'].map((text, i) => ({
  text,
  label: i < 2 ? 0 : 1,
}));

test('NgramFeatures are those that the classifier computes in its graph', async () => {
  const hashing = new TextCounts(byteNgrams(spec));
  const table = informativeBuckets(
    texts.flatMap((text) => [0, 1].map((label) => ({ text: `${text}${label}`, label }))),
    2,
    hashing,
    200,
  );
  const { featurizer } = ngramClassifier({ labels: ['a', 'b'], ...spec, table, scale: 8 });
  const { outputs } = featurizer.apply({
    parameters: {},
    state: {},
    inputs: inputsFor<TextInputs>(featurizer.inputs, 'input'),
    context: createContext({ training: false }),
  });
  const engine = await nodeEngine();
  const runner = await engine.load(toOnnx({ features: outputs.features }));
  const collator = textCollator<string>({ text: (text) => text, maxBytes: 64 });
  const { ids, mask } = collator.collate(texts);
  const ran = await runner.run({ 'input/ids': ids, 'input/mask': mask });
  const own = new NgramFeatures(hashing, table, widthOf(table), 8).collate(
    texts.map((text, at) => ({ at, text, origin: 'data' })),
  );
  const graph = ran['features'] as HostTensor<'float32'>;
  expect(own.shape).toEqual(graph.shape);
  const gap = own.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - graph.data[i]!)),
    0,
  );
  expect(gap).toBeLessThan(1e-5);
  expect(own.data.some((value) => value > 0)).toBe(true);
  await engine.dispose();
});

describe('informativeBuckets', () => {
  test('keeps what tells the label before what does not', () => {
    const hashing = wordsAndPairs(4096, 100);
    const table = informativeBuckets(rows, 2, new TextCounts(hashing), 2);
    const kept = (text: string) => [...hashing.hash(text)].some((bucket) => table[bucket]! > 0);
    expect([kept('good'), kept('bad'), kept('day'), kept('dog')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('keeps one bucket where every text is of words of its own', () => {
    const alone = ['one', 'two'].map((text, label) => ({ text, label }));
    expect(widthOf(informativeBuckets(alone, 2, new TextCounts(wordsAndPairs(4096, 100)), 5))).toBe(
      1,
    );
  });
});

test('together gives each way of counting buckets of its own', () => {
  const both = together([byteNgrams(spec), wordsAndPairs(512, 100)]);
  expect(both.buckets).toBe(1024 + 512);
  const found = both.hash('good day');
  const words = [...found].filter((bucket) => bucket >= 1024);
  expect(words).toHaveLength(3);
  expect(words).toEqual([...wordsAndPairs(512, 100).hash('Good  DAY')].map((b) => b + 1024));
  expect(Math.max(...found)).toBeLessThan(both.buckets);
});
