import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import type { FromOnnxOptions } from '@limbeck/tensor';

/** A pretrained file, and what it is fed. */
export interface RealModel {
  /** The file, under the folder `models` of the data sets. */
  readonly file: string;
  /** How it is read. */
  readonly options?: FromOnnxOptions;
  /** Values for its inputs. */
  feeds(rng: Rng): { readonly [input: string]: HostTensor };
}

function floats(rng: Rng, shape: readonly number[]): HostTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return hostTensor(
    'float32',
    shape,
    Array.from({ length: count }, () => rng.normal()),
  );
}

function wholes(shape: readonly number[], element: (i: number) => number): HostTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, i) => BigInt(element(i)));
  return hostTensor('int64', shape, BigInt64Array.from(values));
}

function resnet(depth: number, batch: number): RealModel {
  return {
    file: `resnet${depth}-cifar10/onnx/model.onnx`,
    feeds: (rng) => ({ pixel_values: floats(rng, [batch, 3, 32, 32]) }),
  };
}

/** Two texts of 9 and 6 tokens. */
function bertFeeds(rng: Rng): { readonly [input: string]: HostTensor } {
  return {
    input_ids: wholes([2, 9], () => 1000 + rng.integer(20_000)),
    attention_mask: wholes([2, 9], (i) => (i < 15 ? 1 : 0)),
    token_type_ids: wholes([2, 9], () => 0),
  };
}

/** Four tokens after three cached ones. */
function storyFeeds(rng: Rng): { readonly [input: string]: HostTensor } {
  const caches = Array.from({ length: 5 }, (_, layer) =>
    ['key', 'value'].map((part): [string, HostTensor] => [
      `past_key_values.${layer}.${part}`,
      floats(rng, [2, 4, 3, 8]),
    ]),
  );
  return {
    input_ids: wholes([2, 4], () => rng.integer(512)),
    attention_mask: wholes([2, 7], () => 1),
    position_ids: wholes([2, 4], (i) => 3 + (i % 4)),
    ...Object.fromEntries(caches.flat()),
  };
}

/** The pretrained files at hand, by name. */
export const realModels: { readonly [name: string]: RealModel } = {
  resnet20: resnet(20, 2),
  resnet32: resnet(32, 1),
  resnet44: resnet(44, 1),
  resnet56: resnet(56, 1),
  bert: { file: 'sst2-bert-tiny-scratch/onnx/model.onnx', feeds: bertFeeds },
  'bert in 8 bits': { file: 'sst2-bert-tiny-scratch/onnx/model_quantized.onnx', feeds: bertFeeds },
  stories260k: {
    file: 'stories260k/onnx/model.onnx',
    // The file has a name of its own for the length of its mask.
    options: { sizes: { total: 'past+sequence' } },
    feeds: storyFeeds,
  },
  magika: {
    file: 'magika-v3.3/onnx/model.onnx',
    feeds: (rng) => ({
      bytes: hostTensor(
        'int32',
        [1, 2048],
        Int32Array.from({ length: 2048 }, () => rng.integer(257)),
      ),
    }),
  },
  'static embedding': {
    file: 'static-embedding-64d/onnx/model.onnx',
    feeds: (rng) => ({ input_ids: wholes([2, 5], () => rng.integer(29_000)) }),
  },
};

/** The bytes of a file and what it is fed. */
export function open(
  data: string,
  name: string,
): { readonly bytes: Uint8Array; readonly feeds: { readonly [input: string]: HostTensor } } {
  const { file, feeds } = realModels[name]!;
  const bytes = new Uint8Array(readFileSync(path.join(data, 'models', file)));
  return { bytes, feeds: feeds(Rng.from(11).stream(name)) };
}
