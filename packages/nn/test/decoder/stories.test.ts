import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hostTensor, type HostTensor, leaves } from '@limbeck/core';
import {
  causalDecoder,
  countParameters,
  type DecoderParameters,
  generate,
  generationGraphs,
  readWeights,
  type TextInputs,
  type WeightNames,
  type WeightSource,
} from '@limbeck/nn';
import { createContext, decodeModel, inputsFor, toOnnx } from '@limbeck/tensor';
import { expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';
import { compiled, engine, interpreted } from '../support/engine.js';
import { gap, onnxWeights } from '../support/onnx-weights.js';

const decoder = causalDecoder({
  vocabulary: 512,
  maxTokens: 512,
  width: 64,
  layers: 5,
  heads: 8,
  keyValueHeads: 4,
  feedForward: 172,
  rotaryPairs: 'interleaved',
});

/** The file's weights: its exporter numbered the maps in the order of their use. */
function load(data: string) {
  const bytes = readFileSync(path.join(data, 'models/stories260k/onnx/model.onnx'));
  const tensors = onnxWeights(bytes);
  const numbered = Object.keys(tensors).filter((name) => name.startsWith('onnx::'));
  const order = [
    'attentionNorm',
    'attention/query',
    'attention/key',
    'attention/value',
    'attention/output',
    'outputNorm',
    'gate',
    'inner',
    'outer',
  ];
  const names: WeightNames = (at): WeightSource => {
    const block = /^decoder\/(\d)\/(.+)\/(weight|gamma)$/.exec(at);
    if (block === null) return { names: [at === 'tokens/table' ? 'emb' : 'rfin'] };
    return { names: [numbered[Number(block[1]) * 9 + order.indexOf(block[2]!)]!] };
  };
  return {
    bytes,
    parameters: readWeights<DecoderParameters>(decoder.parameterSpecs, names, tensors),
  };
}

/** "Once upon a time, there was a" as the model's tokenizer cuts it: <s>, then pieces. */
const prompt = [1, 403, 407, 261, 378];

/** Logits `[1, tokens, 512]` of the file itself. */
async function fromFile(bytes: Uint8Array, tokens: readonly number[]): Promise<HostTensor> {
  const runner = await (await engine()).load(bytes);
  const int64 = (values: readonly number[]): HostTensor =>
    hostTensor('int64', [1, values.length], values);
  // One token of the past, hidden by the mask: the runtime refuses products over nothing at all.
  const hidden = hostTensor('float32', [1, 4, 1, 8], new Float32Array(32));
  const past = [0, 1, 2, 3, 4].flatMap((i) =>
    ['key', 'value'].map((kind) => [`past_key_values.${i}.${kind}`, hidden] as const),
  );
  const feeds = {
    input_ids: int64(tokens),
    attention_mask: int64([0, ...tokens.map(() => 1)]),
    position_ids: int64(tokens.map((_, i) => i)),
    ...Object.fromEntries(past),
  };
  const { logits } = await runner.run(feeds, ['logits']);
  await runner.dispose();
  return logits!;
}

test('stories260k, lowered again from our decoder, says what its own file says', async (context) => {
  const { bytes, parameters } = load(requires('data', context));
  expect(countParameters(parameters)).toBe(260_032);

  const { outputs } = decoder.apply({
    parameters: inputsFor<DecoderParameters>(decoder.parameterSpecs, 'p'),
    state: {},
    inputs: inputsFor<TextInputs>(decoder.inputs, ''),
    context: createContext({ training: false }),
  });
  const initialisers = Object.fromEntries(leaves<HostTensor>(parameters, 'p'));
  const runner = await (await engine()).load(toOnnx({ logits: outputs.logits }, { initialisers }));
  const tokens = [...prompt, ...Array.from({ length: 100 }, (_, i) => (i * 37) % 512)];
  const ids = hostTensor('int64', [1, tokens.length], tokens);
  const mask = hostTensor(
    'int64',
    [1, tokens.length],
    tokens.map(() => 1),
  );
  const { logits } = await runner.run({ ids, mask });
  const expected = await fromFile(bytes, tokens);
  expect(logits!.shape).toEqual(expected.shape);
  expect(gap(logits!.data, expected.data)).toBeLessThan(1e-4);
});

test('stories260k tells the same greedy story as its own file, cached or not, alone or in a batch', async (context) => {
  const { bytes, parameters } = load(requires('data', context));
  const told = [...prompt];
  while (told.length < prompt.length + 48) {
    const { data } = await fromFile(bytes, told);
    const last = Array.from(data as Float32Array).slice(-512);
    told.push(last.indexOf(Math.max(...last)));
  }
  const expected = told.slice(prompt.length);
  const functions = await compiled(decoder, parameters);
  const options = { maxNewTokens: 48, maxTokens: 512 };
  const [cached] = await generate(functions, [prompt], options);
  expect(cached!.tokens).toEqual(expected);
  const [uncached] = await generate({ prefill: functions.prefill }, [prompt], options);
  expect(uncached!.tokens).toEqual(expected);
  expect(uncached!.logProbability).toBeCloseTo(cached!.logProbability, 3);
  const batch = await generate(functions, [[1], prompt, [1, 403]], options);
  expect(batch[1]!.tokens).toEqual(expected);
  const oracle = interpreted(decoder, parameters);
  const [exact] = await generate(oracle, [prompt], { maxNewTokens: 6 });
  expect(exact!.tokens).toEqual(expected.slice(0, 6));
});

test('a step of stories260k takes 200 nodes at most, where its own file has 885', (context) => {
  const { bytes } = load(requires('data', context));
  const { outputs, inputs } = generationGraphs(decoder).step;
  const ours = toOnnx(outputs, { inputs }).bytes;
  const count = (file: Uint8Array): number => decodeModel(file).graph!.node.length;
  expect(count(ours)).toBeLessThanOrEqual(200);
  expect(count(bytes)).toBe(885);
});
