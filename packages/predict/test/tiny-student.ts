import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import onnxProto, { type onnx } from 'onnx-proto';

/** The labels of the test student. */
export const labels = ['vowels', 'digits', 'other'] as const;

/** The weight of a byte for each label; the padding id's is huge, so that a missing mask cannot go unnoticed. */
function weightsOf(id: number): readonly [number, number, number] {
  const character = String.fromCharCode(id);
  if (id === 256) return [1000, -1000, 500];
  if ('aeiou'.includes(character)) return [1, 0, 0];
  if ('0123456789'.includes(character)) return [0, 2, 0];
  return [0, 0, 0.5];
}

const { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } =
  onnxProto.onnx;

/** How a test model differs from the usual one. */
export interface TinyOptions {
  /** The name of its output. @defaultValue 'logits' */
  readonly output?: string;
  /** What its weights are multiplied by. @defaultValue 1 */
  readonly scale?: number;
  /** One more input, which it adds to the tokens. @defaultValue none */
  readonly extra?: string;
  /** Operators that are in the file and compute nothing that is used. @defaultValue none */
  readonly operators?: readonly string[];
}

/** An ONNX file, written by onnx-proto: logits = the sum of the weights of a text's bytes, `[batch, labels]`. */
export function tinyModel(options: TinyOptions = {}): Uint8Array {
  const { output = 'logits', scale = 1, extra, operators = [] } = options;
  const table = Float32Array.from({ length: 257 * 3 }, (_, i) => {
    return (weightsOf(Math.floor(i / 3))[i % 3] ?? 0) * scale;
  });
  const integers = (name: string, values: number[]) =>
    TensorProto.create({ name, dataType: 7, dims: [values.length], int64Data: values });
  const value = (name: string, elemType: number, sizes: readonly (string | number)[]) =>
    ValueInfoProto.create({
      name,
      type: {
        tensorType: {
          elemType,
          shape: {
            dim: sizes.map((size) =>
              typeof size === 'string' ? { dimParam: size } : { dimValue: size },
            ),
          },
        },
      },
    });
  const node = (
    opType: string,
    input: string[],
    name: string,
    attribute: onnx.IAttributeProto[] = [],
  ) => NodeProto.create({ opType, input, output: [name], attribute });
  const integer = (name: string, i: number) =>
    AttributeProto.create({ name, i, type: AttributeProto.AttributeType.INT });
  const graph = GraphProto.create({
    name: 'tiny',
    input: [
      value('input_ids', 7, ['batch', 'tokens']),
      value('attention_mask', 7, ['batch', 'tokens']),
      ...(extra === undefined ? [] : [value(extra, 7, ['batch', 'tokens'])]),
    ],
    output: [value(output, 1, ['batch', 3])],
    initializer: [
      TensorProto.create({ name: 'table', dataType: 1, dims: [257, 3], floatData: [...table] }),
      integers('last', [2]),
      integers('tokens', [1]),
    ],
    node: [
      ...(extra === undefined ? [] : [node('Add', ['input_ids', extra], 'ids')]),
      ...operators.map((type, i) => node(type, ['input_ids'], `unused ${i}`)),
      node('Gather', ['table', extra === undefined ? 'input_ids' : 'ids'], 'rows'),
      node('Cast', ['attention_mask'], 'kept', [integer('to', 1)]),
      node('Unsqueeze', ['kept', 'last'], 'column'),
      node('Mul', ['rows', 'column'], 'masked'),
      node('ReduceSum', ['masked', 'tokens'], output, [integer('keepdims', 0)]),
    ],
  });
  const model = ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph,
  });
  return Uint8Array.from(ModelProto.encode(model).finish());
}

/** The text of its `config.json`. */
export function tinyConfig(own: { readonly [key: string]: unknown } = {}): string {
  return JSON.stringify({
    model_type: 'bert',
    id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    limbeck: {
      formatVersion: 1,
      family: 'tiny',
      inputs: 'bytes',
      maxBytes: 16,
      padId: 256,
      ...own,
    },
  });
}

/** Writes the student's folder. */
export function writeTinyStudent(folder: string): void {
  mkdirSync(path.join(folder, 'onnx'), { recursive: true });
  writeFileSync(path.join(folder, 'config.json'), tinyConfig());
  writeFileSync(path.join(folder, 'onnx/model.onnx'), tinyModel());
  writeFileSync(path.join(folder, 'onnx/model_quantized.onnx'), tinyModel({ scale: 2 }));
}

/** The probabilities worked out apart from the package: byte by byte, with a plain softmax. */
export function expectedProbabilities(text: string, temperature = 1): readonly number[] {
  const bytes = text === '' ? [10] : [...Buffer.from(text, 'utf8')].slice(0, 16);
  const logits = [0, 1, 2].map((label) =>
    bytes.reduce((sum, id) => sum + (weightsOf(id)[label] ?? 0), 0),
  );
  const weights = logits.map((logit) => Math.exp(logit / temperature));
  return weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));
}
