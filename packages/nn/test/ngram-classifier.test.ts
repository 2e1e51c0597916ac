import { hostTensor, type HostTensor, leaves, Rng } from '@limbeck/core';
import {
  type FeatureInputs,
  hashNgrams,
  keepBuckets,
  ngramClassifier,
  type TextInputs,
} from '@limbeck/nn';
import { createContext, grad, inputsFor, interpret } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';

const context = createContext({ training: false });
const options = { labels: ['a', 'b', 'c'], orders: [1, 2], buckets: 32, maxBytes: 8 } as const;
const texts = {
  ids: hostTensor('int64', [2, 4], [3, 4, 3, 4, 9, 0, 0, 0]),
  mask: hostTensor('int64', [2, 4], [1, 1, 1, 1, 1, 0, 0, 0]),
};
const bytes = [Uint8Array.of(3, 4, 3, 4), Uint8Array.of(9)];

/** Everything a model computes from fresh parameters, as numbers. */
function run(model: ReturnType<typeof ngramClassifier>, seed = 0) {
  const { parameters } = model.init(Rng.from(seed));
  const specs = inputsFor(parameters as never, 'p') as never;
  const { outputs } = model.apply({
    parameters: specs,
    state: {},
    inputs: inputsFor<TextInputs>(model.inputs, 'x'),
    context: createContext({ training: false }),
  });
  return interpret({ ...outputs }, feedsOf(parameters));
}

function feedsOf(parameters: object): { [name: string]: HostTensor } {
  const fed = leaves<HostTensor>(parameters, 'p');
  return { ...Object.fromEntries(fed), 'x/ids': texts.ids, 'x/mask': texts.mask };
}

function countsByHand(row: number, buckets: number): number[] {
  const counts = new Array<number>(buckets).fill(0);
  for (const bucket of hashNgrams(bytes[row]!, { orders: [1, 2], buckets })) counts[bucket]!++;
  return counts;
}

describe('ngramClassifier', () => {
  test('features are log(1 + counts), of length 1 by default', () => {
    const plain = run(ngramClassifier({ ...options, normalise: 'none' }));
    const expected = [0, 1].flatMap((row) => countsByHand(row, 32).map((c) => Math.log(1 + c)));
    plain.features.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));

    const unit = run(ngramClassifier(options));
    for (const row of [0, 1]) {
      const length = Math.hypot(
        ...Array.from(unit.features.data.slice(row * 32, row * 32 + 32), Number),
      );
      expect(length).toBeCloseTo(1, 9);
    }
  });

  test('a table keeps the chosen buckets in their order and drops the others', () => {
    const buckets = 1024;
    const hashes = [...new Set(hashNgrams(bytes[0]!, { orders: [1, 2], buckets }))];
    const kept = hashes.slice(0, 2).sort((a, b) => a - b);
    const table = keepBuckets(buckets, kept);
    const model = ngramClassifier({ ...options, buckets, table, normalise: 'none' });
    const { features, logits } = run(model);
    const expected = [0, 1].flatMap((row) =>
      kept.map((bucket) => Math.log(1 + countsByHand(row, buckets)[bucket]!)),
    );
    expect(features.shape).toEqual([2, 2]);
    features.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
    expect(logits.shape).toEqual([2, 3]);
  });

  test('the head on kept features gives what the whole gives', () => {
    const model = ngramClassifier({ ...options, hidden: [5] });
    const { parameters } = model.init(Rng.from(4));
    const tree = inputsFor(parameters as never, 'p') as never;
    const { features } = model.featurizer.apply({
      parameters: {},
      state: {},
      inputs: inputsFor<TextInputs>(model.inputs, 'x'),
      context,
    }).outputs;
    const kept = interpret({ features }, feedsOf(parameters)).features;
    const part = model.head.apply({
      parameters: tree,
      state: {},
      inputs: inputsFor<FeatureInputs>(model.head.inputs, 'x'),
      context: createContext({ training: false }),
    }).outputs;
    const { logits } = interpret(
      { logits: part.logits },
      { ...feedsOf(parameters), 'x/features': kept },
    );
    expect([...logits.data]).toEqual([...run(model, 4).logits.data]);
    expect(new Set(Array.from(logits.data, Number)).size).toBeGreaterThan(3);
  });

  test('every parameter of the head has a gradient', () => {
    const model = ngramClassifier({ ...options, hidden: [5] });
    const { parameters } = model.init(Rng.from(4));
    const tree = inputsFor<object>(parameters as never, 'p');
    const { logits } = model.apply({
      parameters: tree as never,
      state: {},
      inputs: inputsFor<TextInputs>(model.inputs, 'x'),
      context: createContext({ training: false }),
    }).outputs;
    const all = leaves(tree);
    const gradients = grad(
      logits.square().sum(),
      all.map(([, leaf]) => leaf as never),
    );
    const named = Object.fromEntries(gradients.map((g, i) => [all[i]![0], g]));
    for (const [name, { data }] of Object.entries(interpret(named, feedsOf(parameters)))) {
      expect(
        Array.from(data, Number).some((g) => g !== 0),
        name,
      ).toBe(true);
    }
  });

  test.each([
    [{ labels: [] }, '0 labels'],
    [{ labels: ['a'] }, '1 labels'],
    [{ labels: ['a', 'a'] }, 'the label "a" twice'],
    [{ maxBytes: 0 }, 'maxBytes 0'],
    [{ hidden: [0] }, 'hidden 0'],
    [{ dropout: 1 }, 'dropout 1'],
    [{ featureDropout: -1 }, 'featureDropout -1'],
    [{ table: new Int32Array(8) }, 'a table of 8 entries'],
    [{ normalise: 'l1' as 'l2' }, 'normalise "l1"'],
  ])('refuses %j', (wrong, given) => {
    expect(() => ngramClassifier({ ...options, ...wrong })).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        where: 'ngramClassifier',
        given: expect.stringContaining(given) as string,
      }) as Error,
    );
  });
});
