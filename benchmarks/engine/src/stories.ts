import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hostTensor, type HostTensor, type HostTree } from '@limbeck/core';
import {
  causalDecoder,
  type CausalDecoder,
  type DecoderParameters,
  readWeights,
  type WeightNames,
  type WeightSource,
} from '@limbeck/nn';
import { decodeModel } from '@limbeck/tensor';

/** The decoder whose weights `models/stories260k` holds. */
export const storiesDecoder: CausalDecoder = causalDecoder({
  vocabulary: 512,
  maxTokens: 512,
  width: 64,
  layers: 5,
  heads: 8,
  keyValueHeads: 4,
  feedForward: 172,
  rotaryPairs: 'interleaved',
});

/** "Once upon a time, there was a" as the model's tokenizer cuts it: <s>, then pieces. */
export const storiesPrompt = [1, 403, 407, 261, 378];

/** The maps of a block in the order in which the file's exporter numbered them. */
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

/** The weights out of the file. @param data - the folder that `LIMBECK_DATA` names */
export function storiesWeights(data: string): HostTree<DecoderParameters> {
  const { initializer } = decodeModel(
    readFileSync(path.join(data, 'models/stories260k/onnx/model.onnx')),
  ).graph!;
  const floats = initializer.filter(({ dataType }) => dataType === 1);
  const tensors = Object.fromEntries(
    floats.map(({ name, dims, rawData, floatData }): [string, HostTensor] => {
      const values = rawData.length > 0 ? new Float32Array(rawData.slice().buffer) : floatData;
      return [name, hostTensor('float32', dims.map(Number), Float32Array.from(values))];
    }),
  );
  const numbered = Object.keys(tensors).filter((name) => name.startsWith('onnx::'));
  const names: WeightNames = (at): WeightSource => {
    const block = /^decoder\/(\d)\/(.+)\/(weight|gamma)$/.exec(at);
    if (block === null) return { names: [at === 'tokens/table' ? 'emb' : 'rfin'] };
    return { names: [numbered[Number(block[1]) * order.length + order.indexOf(block[2]!)]!] };
  };
  return readWeights<DecoderParameters>(storiesDecoder.parameterSpecs, names, tensors);
}
