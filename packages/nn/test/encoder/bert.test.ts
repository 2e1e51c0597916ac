import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  hostTensor,
  type HostTensor,
  type JsonObject,
  leaves,
  readSafetensors,
  Rng,
  writeSafetensors,
} from '@limbeck/core';
import {
  bertClassifier,
  type BertClassifierParameters,
  bertEncoder,
  bertNames,
  countParameters,
  distilBertNames,
  modelFromConfig,
  readWeights,
  type WeightNames,
  type WeightSource,
  writeWeights,
} from '@limbeck/nn';
import { createContext, grad, interpret, type Tensor, tapped } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';
import { built, onRuntime, slope } from '../support/built.js';
import { engine } from '../support/engine.js';
import { gap, onnxWeights } from '../support/onnx-weights.js';
import { numbers, textBatch } from '../support/run-model.js';

const labels = ['NEGATIVE', 'POSITIVE'];
const tiny = { vocabulary: 30_522, maxTokens: 512, width: 128, layers: 2, heads: 2 };
const small = { vocabulary: 256, maxTokens: 8, width: 8, layers: 2, heads: 2, feedForward: 12 };
const texts = [
  [3, 7, 9, 1],
  [4, 2],
];
const refused = (code: string, given: unknown): Error =>
  expect.objectContaining({ code, given }) as Error;

/** Where sst2-bert-tiny-scratch keeps its parameters: its exporter transposed and numbered the maps of its blocks. */
function fileNames(tensors: { readonly [name: string]: HostTensor }): WeightNames {
  const numbered = Object.keys(tensors).filter((name) => name.startsWith('onnx::'));
  const maps = ['query', 'key', 'value', 'output']
    .map((map) => `attention/${map}`)
    .concat('inner', 'outer');
  const short: { readonly [part: string]: string } = {
    words: 'we',
    positions: 'pe',
    types: 'te',
    embeddingNorm: 'n',
    pooler: 'po',
    classifier: 'c',
    ...{
      'attention/query': 'q',
      'attention/key': 'k',
      'attention/value': 'v',
      'attention/output': 'o',
    },
    ...{ attentionNorm: 'n1', inner: 'i', outer: 'u', outputNorm: 'n2' },
  };
  return (at): WeightSource => {
    const [, block, part, kind] = /^(?:encoder\/(\d)\/)?(.+)\/(\w+)$/.exec(at)!;
    const last = kind === 'beta' || kind === 'bias' ? 'bias' : 'weight';
    if (block === undefined)
      return { names: [`${short[part!]}.${last}`], transpose: kind === 'weight' };
    if (kind !== 'weight') return { names: [`L.${block}.${short[part!]}.${last}`] };
    return { names: [numbered[Number(block) * 6 + maps.indexOf(part!)]!] };
  };
}

test('sst2-bert-tiny-scratch in our encoder says what its own file says, through safetensors too', async (context) => {
  const data = requires('data', context);
  const bytes = readFileSync(path.join(data, 'models/sst2-bert-tiny-scratch/onnx/model.onnx'));
  const model = bertClassifier({ ...tiny, labels, typeInput: true });
  const tensors = onnxWeights(bytes);
  const read = readWeights<BertClassifierParameters>(
    model.parameterSpecs,
    fileNames(tensors),
    tensors,
  );
  // Out to a file with BERT's own names and back in.
  const file = writeSafetensors(writeWeights(read, bertNames), { metadata: { format: 'pt' } });
  const back = readSafetensors(file);
  expect(back.tensors['bert.encoder.layer.1.intermediate.dense.weight']!.shape).toEqual([512, 128]);
  const parameters = readWeights<BertClassifierParameters>(
    model.parameterSpecs,
    bertNames,
    back.tensors,
  );
  const before = new Map(leaves<HostTensor>(read));
  for (const [at, { data: own }] of leaves<HostTensor>(parameters)) {
    expect(
      Buffer.compare(Buffer.from(own.buffer), Buffer.from(before.get(at)!.data.buffer)),
      at,
    ).toBe(0);
  }

  const rng = Rng.from(1);
  const tokens = 24;
  const long = Array.from({ length: tokens }, () => 1000 + rng.integer(20_000));
  const rows = [long, [101, 2307, 3185, 102]];
  const shape = [2, tokens];
  const int64 = (row: (text: readonly number[], i: number) => number): HostTensor =>
    hostTensor(
      'int64',
      shape,
      rows.flatMap((text) => Array.from({ length: tokens }, (_, i) => row(text, i))),
    );
  const ids = int64((text, i) => text[i] ?? 0);
  const mask = int64((text, i) => (i < text.length ? 1 : 0));
  const types = int64((text, i) => (text.length > 4 && i > 12 ? 1 : 0));
  const { outputs, feeds } = built(model, { ids, mask, types });
  const fed = { ...feeds, ...Object.fromEntries(leaves<HostTensor>(parameters, 'p')) };
  const ours = await onRuntime({ logits: outputs.logits, states: outputs.states }, fed);
  const runner = await (await engine()).load(bytes);
  const theirs = await runner.run({ input_ids: ids, attention_mask: mask, token_type_ids: types });
  await runner.dispose();
  expect(gap(ours['logits']!.data, theirs['logits']!.data)).toBeLessThan(1e-5);
  const states = Array.from(ours['states']!.data as Float32Array);
  const expected = Array.from(theirs['last_hidden_state']!.data as Float32Array);
  expect(gap(states.slice(0, tokens * 128), expected.slice(0, tokens * 128))).toBeLessThan(1e-4);
});

// The published checkpoints without heads: bert-base-uncased, google/bert_uncased_L-2_H-128_A-2, distilbert-base-uncased
// (Devlin et al. 2019; Turc et al. 2019, table 1 rounds to 4.4 M; Sanh et al. 2019, 66 M).
test.each([
  ['BERT base', { ...tiny, width: 768, layers: 12, heads: 12 }, 109_482_240],
  ['BERT tiny', tiny, 4_385_920],
  [
    'DistilBERT',
    { ...tiny, width: 768, layers: 6, heads: 12, types: 0, pooler: false },
    66_362_880,
  ],
] as const)('%s has its published size', (_name, options, count) => {
  expect(countParameters(bertEncoder(options).parameterSpecs)).toBe(count);
});

const kinds = {
  bert: [bertClassifier({ ...small, labels }), bertNames],
  'pre-norm': [bertClassifier({ ...small, labels, norm: 'pre', dropout: 0.3 }), bertNames],
  distilbert: [bertClassifier({ ...small, labels, types: 0, pooler: false }), distilBertNames],
} as const;

describe.each(Object.entries(kinds))('%s', (_kind, [model, names]) => {
  test('is rebuilt by its config and by its names', () => {
    const again = modelFromConfig(JSON.parse(JSON.stringify(model.config)) as JsonObject);
    expect(again.config).toEqual(model.config);
    const { parameters } = model.init(Rng.from(3));
    const written = writeWeights(parameters, names);
    expect(readWeights<BertClassifierParameters>(model.parameterSpecs, names, written)).toEqual(
      parameters,
    );
    const bare = Object.fromEntries(
      Object.entries(written).map(([name, value]) => [name.replace(/^(distil)?bert\./, ''), value]),
    );
    expect(readWeights<BertClassifierParameters>(model.parameterSpecs, names, bare)).toEqual(
      parameters,
    );
    expect(Object.keys(written)).toHaveLength(leaves(parameters).length);
  });

  test('does not see padding', () => {
    const { outputs, feeds } = built(model, textBatch(texts));
    const longer = Object.fromEntries(leaves<HostTensor>(textBatch(texts, 7), 'x'));
    const logits = numbers(outputs.logits, feeds);
    expect(gap(numbers(outputs.logits, { ...feeds, ...longer }), logits)).toBeLessThan(1e-12);
  });

  test('has the gradient of central differences, on ONNX Runtime too', async () => {
    const { outputs, feeds, weights } = built(model, textBatch(texts), { training: true });
    const loss = outputs.logits.sin().sum();
    const gradients = Object.fromEntries(
      grad(
        loss,
        weights.map(([, tensor]) => tensor),
      ).map((tensor, i) => [`by ${weights[i]![0]}`, tensor]),
    );
    const exact = interpret(gradients, feeds);
    const runtime = await onRuntime(gradients, feeds);
    for (const [at] of weights) {
      const own = exact[`by ${at}`]!.data;
      expect(gap(runtime[`by ${at}`]!.data, own), at).toBeLessThan(1e-4);
      const element = at === 'p/words/table' ? 3 * 8 : 1;
      expect(Number(own[element]), at).toBeCloseTo(slope(loss, feeds, at, element, 1e-5), 5);
    }
  });

  test('taps every block under a stable name', () => {
    const seen = ['embeddings', 'hidden', 'logits'].concat(
      [0, 1].flatMap((i) =>
        ['attention/scores', 'attention/attention', 'inner', 'output'].map(
          (name) => `encoder/${i}/${name}`,
        ),
      ),
    );
    const edits = Object.fromEntries(seen.map((name) => [name, (value: Tensor) => value]));
    const { result } = tapped(createContext({ training: false }), edits, (context) =>
      built(model, textBatch(texts), { context }),
    );
    expect(result.outputs.hiddenStates).toHaveLength(3);
    expect(result.outputs.attentions).toHaveLength(2);
    expect(result.outputs.states.shape).toEqual(['batch', 'tokens', 8]);
  });
});

describe('bertEncoder', () => {
  test('without a type input, types are 0', () => {
    const text = textBatch(texts);
    const zeros = hostTensor('int64', [2, 4], new Array<number>(8).fill(0));
    const plain = built(bertEncoder(small), text);
    const typed = built(bertEncoder({ ...small, typeInput: true }), { ...text, types: zeros });
    const expected = numbers(plain.outputs.hidden, plain.feeds);
    expect(gap(numbers(typed.outputs.hidden, typed.feeds), expected)).toBeLessThan(1e-12);
    const ones = hostTensor('int64', [2, 4], new Array<number>(8).fill(1));
    const other = numbers(typed.outputs.hidden, { ...typed.feeds, 'x/types': ones });
    expect(gap(other, expected)).toBeGreaterThan(1e-6);
  });

  test('reads the norms of old files', () => {
    const { parameters } = bertEncoder(small).init(Rng.from(0));
    const old = Object.fromEntries(
      Object.entries(writeWeights(parameters, bertNames)).map(([name, value]) => [
        name
          .replace('LayerNorm.weight', 'LayerNorm.gamma')
          .replace('LayerNorm.bias', 'LayerNorm.beta'),
        value,
      ]),
    );
    expect(readWeights(bertEncoder(small).parameterSpecs, bertNames, old)).toEqual(parameters);
  });

  test('names what a family lacks', () => {
    expect(() => distilBertNames('types/table')).toThrow(
      refused('unknown-name', 'the parameter "types/table"'),
    );
    expect(() => bertNames('encoder/0/gate/weight')).toThrow(
      refused('unknown-name', 'the parameter "encoder/0/gate/weight"'),
    );
  });

  test.each([
    [{ heads: 3 }, 'width 8 for 3 heads'],
    [{ types: -1 }, 'types -1'],
    [{ types: 0, typeInput: true }, 'typeInput without types'],
    [{ norm: 'none' as 'pre' }, 'norm "none"'],
    [{ epsilon: 0 }, 'epsilon 0'],
    [{ layers: 0 }, 'layers 0'],
    [{ dropout: 1 }, 'dropout 1'],
  ])('refuses %j', (wrong, given) => {
    expect(() => bertEncoder({ ...small, ...wrong })).toThrow(refused('invalid-option', given));
  });

  test('a classifier needs two labels', () => {
    expect(() => bertClassifier({ ...small, labels: ['one'] })).toThrow(
      refused('invalid-option', '1 labels'),
    );
  });
});
