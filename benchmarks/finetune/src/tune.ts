import type { HostTensor, HostTree } from '@limbeck/core';
import { batches } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { adamw, clipByGlobalNorm, decayMatrices, linear } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { adapt, type Empty, type Model, type TensorTree } from '@limbeck/tensor';
import { distillation, train } from '@limbeck/train';
import {
  answers,
  type Encoder,
  type EncoderValues,
  type TextOut,
  writeEncoder,
} from './encoder.js';
import { adapters, rates, type Setting } from './settings.js';
import { type Batch, type Encoded, reviewCollator, type TextIn } from './texts.js';

/** What a run is given. */
export interface TuneOptions {
  readonly engine: Engine;
  readonly encoder: Encoder;
  readonly rows: readonly Encoded[];
  readonly setting: Setting;
  readonly seed: number;
}

/** What came of a run. */
export interface Tuned {
  /** The tuned encoder as an ONNX file. */
  readonly bytes: Uint8Array;
  /** How many numbers were learnt. */
  readonly learnt: number;
  readonly seconds: number;
  /** The distance of logits before and after adapters were merged. */
  readonly mergedGap?: number;
}

async function fit<P extends TensorTree, S extends TensorTree>(
  student: Model<TextIn, TextOut, P, S>,
  kind: 'all' | 'adapters',
  { engine, rows, setting, seed }: TuneOptions,
) {
  const { batchSize, epochs } = setting;
  const program = distillation<TextIn, TextOut, P, S, Batch, never, Empty, Empty, never>({
    student,
    loss: crossEntropy(),
    optimizer: clipByGlobalNorm(
      adamw({
        rate: linear({ peak: rates[kind], warmup: 0.1 }),
        weightDecay: 0.01,
        decay: decayMatrices,
      }),
      1,
    ),
    batches: batches<Encoded, Batch>(rows, { batchSize, collator: reviewCollator, seed }),
    steps: epochs[kind] * Math.ceil(rows.length / batchSize),
  } as never);
  const { state, seconds } = await train(program, { engine, seed });
  const { student: trained } = state as unknown as {
    readonly student: { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
  };
  return { trained, seconds };
}

const count = (values: { readonly [path: string]: HostTensor }): number =>
  Object.values(values).reduce((total, { data }) => total + data.length, 0);

/** Tunes every weight of the encoder. */
export async function tuneAll(options: TuneOptions): Promise<Tuned> {
  const { encoder } = options;
  const { trained, seconds } = await fit(encoder, 'all', options);
  return { bytes: writeEncoder(encoder, trained), learnt: count(trained.parameters), seconds };
}

/** Tunes adapters, and merges them: what is written has the encoder's own operators and size. */
export async function tuneAdapters(options: TuneOptions): Promise<Tuned> {
  const { encoder, engine, rows, setting } = options;
  const { match, rank, table } = adapters;
  const adapted = adapt(encoder, {
    match,
    rank: (matrix) => (matrix === table.path ? table.rank : rank),
  });
  const { trained, seconds } = await fit(adapted, 'adapters', options);
  const merged: EncoderValues = adapted.merge(trained);
  const bytes = writeEncoder(encoder, merged);
  const some = rows.slice(0, 64);
  const apart = await answers(engine, writeAdapted(adapted, trained), some, setting.batchSize);
  const together = await answers(engine, bytes, some, setting.batchSize);
  const mergedGap = Math.max(
    ...together.logits.map((x, i) => Math.abs(x - apart.logits[i]!) / Math.max(1, Math.abs(x))),
  );
  const learnt = Object.values(trained.parameters).reduce(
    (total, factors) => total + count(factors as { readonly [name: string]: HostTensor }),
    0,
  );
  return { bytes, learnt, seconds, mergedGap };
}

/** The adapted encoder with its adapters beside the weights, as it is while it learns. */
function writeAdapted(adapted: unknown, trained: unknown): Uint8Array {
  return writeEncoder(adapted as Encoder, trained as EncoderValues);
}
