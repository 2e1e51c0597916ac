import { isLimbeckError } from '@limbeck/core';
import { decodeModel, type ExternalData, flops, fromOnnx, type OnnxImport } from '@limbeck/tensor';
import { type DescribedValue, describeValue } from './describe-value.js';
import { type DescribedLayer, layersOf } from './layers.js';
import { type Training, trainingOf } from './training.js';

/** What is in an ONNX file. */
export interface OnnxDescription {
  /** Bytes of the file itself, without those beside it. */
  readonly sizeBytes: number;
  /** What wrote it, such as `pytorch 2.1.0`; empty where it does not say. */
  readonly producer: string;
  /** The version of each operator set, by domain; `ai.onnx` is the standard one. */
  readonly opsets: { readonly [domain: string]: number };
  /** What is fed. */
  readonly inputs: readonly DescribedValue[];
  /** What comes out. */
  readonly outputs: readonly DescribedValue[];
  /** Operators by how often they occur, and whether they can be read here. */
  readonly operators: readonly {
    readonly operator: string;
    readonly count: number;
    readonly known: boolean;
  }[];
  /** Floating-point numbers in all weights. */
  readonly parameters: number;
  /** Weights by layer, the largest first. */
  readonly layers: readonly DescribedLayer[];
  /** Floating-point operations of one run, for these sizes; or why they cannot be counted. */
  readonly work:
    | {
        readonly flops: number;
        readonly operators: { readonly [operator: string]: number };
        readonly sizes: { readonly [name: string]: number };
      }
    | { readonly unknown: string };
  /** Whether it can be trained here, and what hinders. */
  readonly training: Training;
}

/** Sizes for which work is counted where none are given. */
const usualSizes: { readonly [name: string]: number } = { batch: 1 };
const usualSize = 128;

/**
 * Reads an ONNX file as far as it can be read.
 *
 * @param sizes - Numbers for named sizes. @defaultValue `batch` 1, all others 128
 * @throws LimbeckError `corrupt-onnx`; `data-missing` if weights are in another file that is not there
 */
export function describeOnnx(
  bytes: Uint8Array,
  options: {
    readonly sizes?: { readonly [name: string]: number };
    readonly readExternal?: (data: ExternalData) => Uint8Array;
  } = {},
): OnnxDescription {
  const model = decodeModel(bytes);
  const graph = model.graph!;
  const read = readAsFarAsPossible(bytes, options.readExternal);
  const counts = new Map<string, number>();
  const countNodes = (nodes: typeof graph.node): void => {
    for (const { domain, opType, attribute } of nodes) {
      const key = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      for (const { g: inner } of attribute) if (inner !== undefined) countNodes(inner.node);
    }
  };
  countNodes(graph.node);
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const layers = layersOf(graph.initializer, 'graph' in read ? read.graph.fileNames : {});
  return {
    sizeBytes: bytes.length,
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    opsets: Object.fromEntries(
      model.opsetImport.map(({ domain, version }) => [domain || 'ai.onnx', Number(version)]),
    ),
    inputs: graph.input.filter(({ name }) => !weights.has(name)).map(describeValue),
    outputs: graph.output.map(describeValue),
    operators: [...counts]
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .map(([operator, count]) => ({
        operator,
        count,
        known: !('unknown' in read && read.unknown.includes(operator)),
      })),
    parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0),
    layers,
    work: 'graph' in read ? workOf(read.graph, options.sizes ?? {}) : { unknown: read.hinders },
    training:
      'graph' in read ? trainingOf(read.graph) : { possible: false, hinders: [read.hinders] },
  };
}

type Read =
  | { readonly graph: OnnxImport }
  | { readonly hinders: string; readonly unknown: readonly string[] };

function readAsFarAsPossible(
  bytes: Uint8Array,
  readExternal: ((data: ExternalData) => Uint8Array) | undefined,
): Read {
  try {
    return { graph: fromOnnx(bytes, readExternal === undefined ? {} : { readExternal }) };
  } catch (error) {
    if (!isLimbeckError(error) || error.code === 'data-missing') throw error;
    const isOperator = error.code === 'unknown-operator';
    const unknown = isOperator ? error.given.split(', ').map((one) => one.split(' ')[0] ?? '') : [];
    return {
      hinders: isOperator ? `operators that have no counterpart here: ${error.given}` : error.given,
      unknown,
    };
  }
}

function workOf(
  graph: OnnxImport,
  given: { readonly [name: string]: number },
): OnnxDescription['work'] {
  const named = Object.values(graph.inputs).flatMap(({ shape }) =>
    shape.flatMap((dim) => (typeof dim === 'string' ? (dim.match(/[A-Za-z_][\w.]*/g) ?? []) : [])),
  );
  const sizes = Object.fromEntries(
    [...new Set(named)].map((name) => [name, given[name] ?? usualSizes[name] ?? usualSize]),
  );
  try {
    const { total, operators } = flops(graph.outputs, { ...given, ...sizes });
    return { flops: total, operators, sizes };
  } catch (error) {
    if (!isLimbeckError(error)) throw error;
    return { unknown: `${error.given}: ${error.next}` };
  }
}
