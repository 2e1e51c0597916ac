import type { Dim, HostTensor, Spec } from '@limbeck/core';
import { isFloat } from '../ops/support.js';
import { checkOperators, opsetOf } from './check-operators.js';
import { checkBytes, decodeModel } from './codec.js';
import type { GraphProto, ModelProto, NodeProto } from './gen/onnx_pb.js';
import { renameDims, specOf } from './input-specs.js';
import { nodesInOrder } from './node-order.js';
import { nodePaths } from './node-paths.js';
import { stableNames } from './parameter-names.js';
import { tensorFromProto, type TensorFromProtoOptions } from './tensor-data.js';
import { corrupt } from './wire.js';

/** How a file is read. */
export interface GraphFileOptions extends TensorFromProtoOptions {
  /**
   * Which floating-point initialisers of at least one axis are parameters; the others are constants.
   * @defaultValue all
   */
  readonly isParameter?: (path: string, fileName: string) => boolean;
  /**
   * What names of sizes in the file stand for, where it names two that are equal differently:
   * `{ total: 'past+tokens' }`, or a number for a size that is always the same. @defaultValue each for itself
   */
  readonly sizes?: { readonly [name: string]: Dim };
}

/** What an initialiser is to a model. */
export type InitialiserKind = 'parameter' | 'state' | 'constant';

/** One initialiser of a file. */
export interface Initialiser {
  /** What it is to a model. */
  readonly kind: InitialiserKind;
  /** A name that stays when the model is exported again; for a constant the file's. */
  readonly path: string;
  /** The values. */
  readonly host: HostTensor;
}

/** A file whose operators are known and in order, and whose initialisers have names. */
export interface GraphFile {
  /** The graph. */
  readonly graph: GraphProto;
  /** The version of its standard operators. */
  readonly opset: number;
  /** The nodes, each after what it reads. */
  readonly order: readonly NodeProto[];
  /** A unique path for each node. */
  readonly paths: ReadonlyMap<NodeProto, string>;
  /** The initialisers by the file's names. */
  readonly initialisers: ReadonlyMap<string, Initialiser>;
  /** What must be fed. */
  readonly inputs: ReadonlyMap<string, Spec>;
}

/**
 * Decodes a file and checks that it can be read.
 * @throws LimbeckError as `fromOnnx`
 */
export function openGraph(bytes: Uint8Array, options: GraphFileOptions = {}): GraphFile {
  checkBytes('fromOnnx', bytes);
  const model = decodeModel(bytes);
  const graph = model.graph!;
  checkOperators(model);
  const initialisers = initialisersOf(model, graph, options);
  const inputs = new Map<string, Spec>();
  for (const info of graph.input) {
    // Files of old writers list initialisers among the inputs.
    if (initialisers.has(info.name)) continue;
    if (inputs.has(info.name)) throw corrupt('fromOnnx', `two values named "${info.name}"`);
    inputs.set(info.name, renamed(specOf(info), options));
  }
  const order = nodesInOrder(graph, (name) => initialisers.has(name) || inputs.has(name));
  return { graph, opset: opsetOf(model), order, paths: nodePaths(graph), initialisers, inputs };
}

function renamed({ dtype, shape }: Spec, { sizes = {} }: GraphFileOptions): Spec {
  return { dtype, shape: shape.map((dim) => renameDims(dim, sizes)) };
}

/** Initialisers that hold running statistics of batch normalisation. */
function statistics(graph: GraphProto): Set<string> {
  const norms = graph.node.filter(({ opType }) => opType === 'BatchNormalization');
  return new Set(norms.flatMap(({ input }) => input.slice(3, 5)));
}

function initialisersOf(
  model: ModelProto,
  graph: GraphProto,
  options: GraphFileOptions,
): Map<string, Initialiser> {
  const { isParameter = () => true } = options;
  const state = statistics(graph);
  const hosts = new Map<string, HostTensor>();
  for (const proto of graph.initializer) {
    if (hosts.has(proto.name)) throw corrupt('fromOnnx', `two values named "${proto.name}"`);
    hosts.set(proto.name, tensorFromProto(proto, options));
  }
  const kindOf = (name: string, { dtype, shape }: HostTensor): InitialiserKind => {
    if (!isFloat(dtype) || shape.length === 0) return 'constant';
    // What toOnnx writes for itself is no weight.
    if (model.producerName === 'limbeck' && /(^|\/)constant(_\d+)*$/.test(name)) return 'constant';
    return state.has(name) ? 'state' : 'parameter';
  };
  const kinds = new Map([...hosts].map(([name, host]) => [name, kindOf(name, host)]));
  const learnt = [...hosts.keys()].filter((name) => kinds.get(name) !== 'constant');
  const paths = nodePaths(graph);
  const names = stableNames(graph, learnt, (node) => paths.get(node)!);
  return new Map(
    [...hosts].map(([name, host]) => {
      const path = names.get(name) ?? name;
      const kind = kinds.get(name)!;
      const isFrozen = kind === 'parameter' && !isParameter(path, name);
      return [name, { kind: isFrozen ? 'constant' : kind, path, host }];
    }),
  );
}
