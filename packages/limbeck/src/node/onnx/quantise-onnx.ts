import { type HostTensor, LimbeckError, type LongWork, type Metric } from '@limbeck/core';
import type { Predictions } from '@limbeck/evaluators';
import type { Engine } from '@limbeck/runtime';
import { type ExternalData, modelFromOnnx, type NamedTensors } from '@limbeck/tensor';
import { type HeldOut, packStudent, type QuantisedRecord, ship } from '@limbeck/train';

/** Inputs of a file by name; the first axis of each is the batch. */
export type Feeds = { readonly [input: string]: HostTensor };

/** Options of {@link quantiseOnnx}. */
export interface QuantiseOptions extends LongWork {
  /** What runs both files. */
  readonly engine: Engine;
  /** The output of logits, `[batch, classes]`. */
  readonly output: string;
  /** Labelled batches with the inputs that the file has. */
  readonly labelled: readonly Feeds[];
  /** The class of each labelled row. */
  readonly labels: ArrayLike<number>;
  /** The group of each labelled row, resampled as a whole. @defaultValue each row by itself */
  readonly clusters?: ArrayLike<string | number>;
  /** Batches without labels; at least 2,000 rows where fewer have labels. @defaultValue none */
  readonly unlabelled?: readonly Feeds[];
  /** What must not drop. */
  readonly metric: Metric<Predictions, ArrayLike<number>>;
  /** How many bits a weight takes. */
  readonly bits: 8 | 4;
  /** Whether products are made in int8 too. Only with 8 bits. */
  readonly dynamic: boolean;
  /** Reads weights that stand beside the file. @defaultValue none do */
  readonly readExternal?: (data: ExternalData) => Uint8Array;
}

/** A smaller file and what it cost. */
export interface QuantisedOnnx {
  /** The new file. */
  readonly bytes: Uint8Array;
  /** What the gate measured. */
  readonly record: QuantisedRecord;
  /**
   * How far the graph as it is read here is from the file as ONNX Runtime runs it, in float32: max |a − b| / max(1, |a|);
   * undefined where weights stand beside the file.
   */
  readonly reading?: number;
}

/** The most that reading the graph may move an output: float32 in another order of additions stays well below. */
const tolerance = 1e-4;

/**
 * Makes a classifier's file smaller that was made elsewhere: the graph is read, its matrices are stored in fewer bits, and the
 * new file must keep the metric on held-out rows as every export must. A matrix that does harm gets more bits.
 *
 * @throws LimbeckError `gate-failed` if the metric drops or the graph is not read as it was meant; `unknown-operator`,
 * `corrupt-onnx`; `invalid-option` for too few rows; `shape-mismatch` for an output that is not `[batch, classes]`
 */
export async function quantiseOnnx(
  file: Uint8Array,
  options: QuantiseOptions,
): Promise<QuantisedOnnx> {
  const { engine, output, labelled, labels, clusters, unlabelled = [], metric } = options;
  const { bits, dynamic, onEvent, abortSignal } = options;
  let beside = false;
  const readExternal = (data: ExternalData): Uint8Array => {
    beside = true;
    if (options.readExternal !== undefined) return options.readExternal(data);
    throw noExternal(data);
  };
  const model = modelFromOnnx<NamedTensors, { readonly logits: NamedTensors[string] }>(file, {
    outputs: { logits: output },
    readExternal,
  });
  const needed = Object.keys(model.inputs);
  const only = (feeds: Feeds): Feeds =>
    Object.fromEntries(needed.map((name) => [name, feeds[name]!]));
  const heldOut: HeldOut = {
    inputs: labelled.map(only),
    labels,
    ...(clusters === undefined ? {} : { clusters }),
    unlabelled: unlabelled.map(only),
    metric,
  };
  // The file's values: what init gives does not depend on its argument.
  const { parameters, state } = model.init(undefined as never);
  const probes = [...labelled, ...unlabelled];
  const { files, record } = await packStudent(ship(model, parameters, state), {
    engine,
    names: {
      inputs: Object.fromEntries(needed.map((name) => [name, name])),
      outputs: { [output]: 'logits' },
    },
    probes: probes.map(only),
    ...(bits === 8
      ? { int8: { ...heldOut, mode: dynamic ? 'dynamic' : 'weight-only' } }
      : { int4: { ...heldOut, portable: true } }),
    onEvent,
    abortSignal,
  });
  const reading = beside
    ? undefined
    : await readingError(engine, file, files['onnx/model.onnx']!, output, probes, needed);
  const [name, quantised] =
    bits === 8
      ? (['onnx/model_quantized.onnx', record.int8] as const)
      : (['onnx/model_q4.onnx', record.int4] as const);
  return {
    bytes: files[name]!,
    record: quantised!,
    ...(reading === undefined ? {} : { reading }),
  };
}

function noExternal({ location }: ExternalData): LimbeckError {
  return new LimbeckError('data-missing', {
    where: 'limbeck quantize',
    given: `weights in ${JSON.stringify(location)}`,
    expected: 'a way to read files beside the model',
    next: 'Read the file with readOnnx, which gives one.',
  });
}

/** Runs the file as it is and as it was read on the same rows. @throws LimbeckError `gate-failed` */
async function readingError(
  engine: Engine,
  file: Uint8Array,
  read: Uint8Array,
  output: string,
  probes: readonly Feeds[],
  needed: readonly string[],
): Promise<number> {
  const [original, ours] = [await engine.load(file), await engine.load(read)];
  try {
    let most = 0;
    for (const feeds of probes) {
      const expected = (await original.run(feeds, [output]))[output]!.data;
      const fed = Object.fromEntries(needed.map((name) => [name, feeds[name]!]));
      const found = (await ours.run(fed, [output]))[output]!.data;
      for (let i = 0; i < expected.length; i += 1) {
        const a = Number(expected[i]);
        most = Math.max(most, Math.abs(a - Number(found[i])) / Math.max(1, Math.abs(a)));
      }
    }
    if (most <= tolerance) return most;
    throw new LimbeckError('gate-failed', {
      where: 'limbeck quantize',
      given: `outputs that differ by ${most.toPrecision(2)} from the file's own`,
      expected: `at most ${tolerance}`,
      next: 'No file was written. An operator is read otherwise than ONNX Runtime runs it: please report the model.',
    });
  } finally {
    await Promise.all([original.dispose(), ours.dispose()]);
  }
}
