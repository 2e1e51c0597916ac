import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type HostTensor, type HostTree, leaves } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import {
  createContext,
  inputsFor,
  modelFromOnnx,
  type NamedTensors,
  type OnnxModel,
  specsOf,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { type Encoded, textFeeds, type TextIn } from './texts.js';

/** What the encoder gives: logits, `[batch, 2]`. */
export type TextOut = { readonly logits: Tensor };

/** The encoder, as a model. */
export type Encoder = OnnxModel<TextIn, TextOut>;

/** What the file calls the inputs. */
const names = { ids: 'input_ids', mask: 'attention_mask', types: 'token_type_ids' } as const;

/** The folder of the pretrained encoder. */
export function encoderFolder(data: string): string {
  return path.join(data, 'models', 'sst2-bert-tiny-scratch');
}

/** Reads the encoder. */
export function readEncoder(data: string): { readonly bytes: Uint8Array; readonly model: Encoder } {
  const file = path.join(encoderFolder(data), 'onnx', 'model.onnx');
  const bytes = new Uint8Array(readFileSync(file));
  const model = modelFromOnnx<TextIn, TextOut>(bytes, {
    inputs: names,
    outputs: { logits: 'logits' },
  });
  return { bytes, model };
}

/** An encoder's values. */
export interface EncoderValues {
  readonly parameters: HostTree<NamedTensors>;
  readonly state: HostTree<NamedTensors>;
}

/** The encoder with these values as an ONNX file, whose inputs are called as those of the file that it came from. */
export function writeEncoder(model: Encoder, values: EncoderValues): Uint8Array {
  const tree = inputsFor<{ parameters: NamedTensors; state: NamedTensors }>(specsOf(values), 'v');
  const inputs = inputsFor<TextIn>(
    { ids: model.inputs.ids, mask: model.inputs.mask, types: model.inputs.types },
    'x',
  );
  const context = createContext({ training: false });
  const { outputs } = model.apply({ ...tree, inputs, context });
  const initialisers = Object.fromEntries(
    leaves<HostTensor>(values).map(([name, value]) => [`v/${name}`, value]),
  );
  return toOnnx(outputs, { initialisers, portable: true }).bytes;
}

/** The answers of a file to reviews: the class with the larger logit. */
export async function answers(
  engine: Engine,
  bytes: Uint8Array,
  rows: readonly Encoded[],
  batchSize: number,
): Promise<{ readonly labels: number[]; readonly logits: number[] }> {
  const runner = await engine.load(bytes);
  const isOwn = Object.hasOwn(runner.inputs, 'x/ids');
  const logits: number[] = [];
  for (let at = 0; at < rows.length; at += batchSize) {
    const feeds = Object.entries(textFeeds(rows.slice(at, at + batchSize))).map(
      ([name, value]): [string, HostTensor] => [
        isOwn ? `x/${name}` : names[name as keyof TextIn],
        value,
      ],
    );
    const needed = feeds.filter(([name]) => Object.hasOwn(runner.inputs, name));
    const out = await runner.run(Object.fromEntries(needed), ['logits']);
    logits.push(...(out['logits']!.data as Float32Array));
  }
  await runner.dispose();
  const labels = rows.map((_, i) => (logits[2 * i + 1]! > logits[2 * i]! ? 1 : 0));
  return { labels, logits };
}
