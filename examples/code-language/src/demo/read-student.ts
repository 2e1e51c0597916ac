import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type JsonObject, LimbeckError } from '@limbeck/core';
import { parseConfig } from '@limbeck/predict';
import { decodeModel } from '@limbeck/tensor';

/** One layer's numbers as the page takes them. */
export interface PageLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** `[inputs, outputs]`, base64 of int8 where `scale` is there, of little-endian float32 elsewhere. */
  readonly weight: string;
  /** `[outputs]`, base64 of float32: what an int8 column is multiplied by. */
  readonly scale?: string;
  /** `[outputs]`, base64 of float32. */
  readonly bias: string;
}

/** A student of hashed n-grams as the page takes it. */
export interface PageStudent {
  readonly labels: readonly string[];
  readonly maxBytes: number;
  readonly temperature: number;
  readonly orders: readonly number[];
  readonly buckets: number;
  readonly normalise: 'none' | 'l2';
  readonly scale: number;
  /** Base64 of one bit a bucket: which are features. Without it all are. */
  readonly kept?: string;
  /** Base64 of uint16: the feature of each kept bucket, counted from 1. Without it they are numbered in order. */
  readonly features?: string;
  readonly layers: readonly PageLayer[];
  /** Numbers that the student has learnt. */
  readonly parameters: number;
  /** Of the ONNX file that the numbers come from. */
  readonly sizeBytes: number;
  readonly precision: 'int8' | 'float32';
}

/**
 * Reads an exported student for the page: from the int8 file where there is one.
 *
 * @throws LimbeckError `io-failed` for a folder without a student; `invalid-option` for one of another family;
 * `corrupt-file`, `corrupt-onnx`
 */
export async function readStudent(folder: string): Promise<PageStudent> {
  const config = await read(path.join(folder, 'config.json'));
  const text = new TextDecoder().decode(config);
  const student = parseConfig(text);
  const model = (JSON.parse(text) as { limbeck: { model?: JsonObject } }).limbeck.model;
  if (student.inputs !== 'bytes' || model?.['family'] !== 'ngram') {
    throw new LimbeckError('invalid-option', {
      where: 'writeDemo',
      given: `a student of the family ${JSON.stringify(model?.['family'])}`,
      expected: 'an ngramClassifier, exported with its config',
      next: 'Pass `model: model.config` to exportStudent.',
    });
  }
  const { labels, maxBytes, temperature } = student;
  const { orders, buckets, normalise, scale, table } = model;
  const quantised = await read(path.join(folder, 'onnx', 'model_quantized.onnx')).catch(
    () => undefined,
  );
  const file = quantised ?? (await read(path.join(folder, 'onnx', 'model.onnx')));
  const layers = layersOf(file);
  return {
    labels,
    maxBytes,
    temperature,
    orders: orders as readonly number[],
    buckets: buckets as number,
    normalise: normalise as 'none' | 'l2',
    scale: scale as number,
    ...(table === undefined ? {} : tableOf(table as JsonObject)),
    layers,
    parameters: layers.reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0),
    sizeBytes: file.length,
    precision: layers.some((layer) => layer.scale !== undefined) ? 'int8' : 'float32',
  };
}

async function read(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause: unknown) => {
    throw new LimbeckError('io-failed', {
      where: 'writeDemo',
      given: `${file}, which cannot be read`,
      expected: 'the folder of an exported student',
      next: 'Export the student first.',
      cause,
    });
  });
}

/** The linear layers in the order of the graph: every Gemm's weight and bias. */
function layersOf(file: Uint8Array): PageLayer[] {
  const graph = decodeModel(file).graph!;
  const initialisers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node])));
  const stored = (name: string | undefined): { bytes: Uint8Array; dims: number[] } => {
    const tensor = initialisers.get(name ?? '');
    if (tensor === undefined) throw corrupt(name);
    return { bytes: tensor.rawData, dims: tensor.dims.map(Number) };
  };
  return graph.node
    .filter(({ opType }) => opType === 'Gemm')
    .map(({ input: [, weight, bias] }) => {
      // An int8 matrix becomes a float one in the graph: Mul(Cast(int8), scale).
      const product = makers.get(weight ?? '');
      const cast = makers.get(product?.input[0] ?? '');
      const matrix = stored(product === undefined ? weight : cast?.input[0]);
      const [inputs = 0, outputs = 0] = matrix.dims;
      return {
        inputs,
        outputs,
        weight: base64(matrix.bytes),
        ...(product === undefined ? {} : { scale: base64(stored(product.input[1]).bytes) }),
        bias: base64(stored(bias).bytes),
      };
    });
}

function tableOf(table: JsonObject): Pick<PageStudent, 'kept' | 'features'> {
  const bits = new Uint8Array(Math.ceil((table['buckets'] as number) / 8));
  for (const bucket of table['kept'] as readonly number[]) bits[bucket >> 3]! |= 1 << (bucket & 7);
  const features = table['features'] as readonly number[] | undefined;
  if (features === undefined) return { kept: base64(bits) };
  return {
    kept: base64(bits),
    features: base64(new Uint8Array(Uint16Array.from(features).buffer)),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function corrupt(name: string | undefined): LimbeckError {
  return new LimbeckError('corrupt-onnx', {
    where: 'writeDemo',
    given: `a linear layer that reads "${name}", which is no stored matrix`,
    expected: 'weights as exportStudent writes them',
    next: 'Export the student again.',
  });
}
