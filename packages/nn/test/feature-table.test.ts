import { fc, test } from '@fast-check/vitest';
import { Rng } from '@limbeck/core';
import {
  type FeatureTable,
  hashNgrams,
  keepBuckets,
  ngramClassifier,
  type TextInputs,
} from '@limbeck/nn';
import { createContext, exampleLoss, toOnnx } from '@limbeck/tensor';
import { evaluateItems } from '@limbeck/testing';
import { describe, expect } from 'vitest';
import { applied, numbers, textBatch } from './support/run-model.js';

const labels = ['a', 'b'];
const rng = Rng.from(2);

function classifier(table: FeatureTable): ReturnType<typeof ngramClassifier> {
  const buckets = table.length;
  return ngramClassifier({
    labels,
    orders: [1, 2],
    buckets,
    table,
    maxBytes: 64,
    normalise: 'none',
  });
}

/** log(1 + counts) of the features of a text, straight from the table. */
function byHand(table: FeatureTable, text: readonly number[]): number[] {
  const largest = Array.from(table).reduce((a, b) => Math.max(a, b), 0);
  const counts = new Array<number>(largest + 1).fill(0);
  const hashes = hashNgrams(Uint8Array.from(text), { orders: [1, 2], buckets: table.length });
  for (const bucket of hashes) counts[table[bucket]!]!++;
  return counts.slice(1).map((count) => Math.log(1 + count));
}

const random = (length: number): number[] => Array.from({ length }, () => rng.integer(256));

describe('tables', () => {
  test.prop([fc.integer({ min: 8, max: 16 }), fc.integer({ min: 1, max: 2000 }), fc.nat()])(
    'every kept bucket leads to its feature, packed or plain',
    (log, count, seed) => {
      const own = Rng.from(seed);
      const buckets = 2 ** log;
      const table = keepBuckets(
        buckets,
        Array.from({ length: count }, () => own.integer(buckets)),
      );
      const text = Array.from({ length: 60 }, () => own.integer(256));
      const { outputs, feeds } = applied(classifier(table), textBatch([text]));
      const expected = byHand(table, text);
      numbers(outputs.features, feeds).forEach((value, i) =>
        expect(value).toBeCloseTo(expected[i]!, 9),
      );
    },
  );

  test('both ends of a table, and a table that keeps everything', () => {
    for (const kept of [[0, 65_535], Array.from({ length: 32_768 }, (_, i) => 2 * i + 1)]) {
      const table = keepBuckets(65_536, kept);
      const text = random(60);
      const { outputs, feeds } = applied(classifier(table), textBatch([text]));
      const expected = byHand(table, text);
      expect(numbers(outputs.features, feeds).map((f) => f.toFixed(9))).toEqual(
        expected.map((f) => f.toFixed(9)),
      );
    }
  });

  test('features in another order stay in it', () => {
    const table = keepBuckets(
      65_536,
      random(300).map((b) => b * 256),
    ).map((id) => id && 400 - id);
    const text = random(60);
    const { outputs, feeds } = applied(classifier(table), textBatch([text]));
    const expected = byHand(table, text);
    numbers(outputs.features, feeds).forEach((value, i) =>
      expect(value).toBeCloseTo(expected[i]!, 9),
    );
  });

  test('is the same on ONNX Runtime', async () => {
    const table = keepBuckets(
      65_536,
      Array.from({ length: 4000 }, () => rng.integer(65_536)),
    );
    const texts = [random(40), random(9)];
    const model = classifier(table);
    const loss = exampleLoss('features', (inputs: TextInputs) => {
      const context = createContext({ training: false });
      const given = { parameters: {}, state: {}, inputs, context };
      return model.featurizer.apply(given).outputs.features;
    });
    const [term] = await evaluateItems(loss, textBatch(texts), { namedBatch: true });
    const expected = texts.flatMap((text) => byHand(table, text));
    term!.items.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  test('keeps the file small for 65,536 buckets', () => {
    const sizeOf = (table: FeatureTable): number => {
      const { outputs } = applied(classifier(table), textBatch([[1]]));
      return toOnnx({ features: outputs.features }).bytes.length;
    };
    const ranked = keepBuckets(
      65_536,
      Array.from({ length: 4000 }, (_, i) => 16 * i),
    );
    expect(sizeOf(ranked)).toBeLessThan(26_000);
    expect(sizeOf(ranked.map((id) => id && 4001 - id))).toBeGreaterThan(131_072);
  });
});
