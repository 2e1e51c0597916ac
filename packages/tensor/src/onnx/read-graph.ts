import { isLimbeckError, LimbeckError } from '@limbeck/core';
import { currentScope, inScope, joinScope } from '../scope.js';
import { Tensor } from '../tensor.js';
import { operatorKey } from './check-operators.js';
import type { GraphProto, NodeProto } from './gen/onnx_pb.js';
import type { GraphFile } from './graph-file.js';
import { nodesInOrder } from './node-order.js';
import { nodePaths, scopeOf } from './node-paths.js';
import { readers } from './readers/all-readers.js';
import { type Read, ReadNode } from './readers/read-node.js';
import { OnnxValue } from './readers/value.js';
import { tensorFromProto } from './tensor-data.js';
import { corrupt } from './wire.js';

/** What a graph is read with. */
export interface ReadGiven {
  /** The inputs, by the file's names. */
  readonly inputs: { readonly [name: string]: Tensor };
  /** Parameters by path; asked for those alone that the graph uses. */
  parameter(path: string): Tensor;
  /** State by path; likewise. */
  state(path: string): Tensor;
  /** What goes on from a node's output; the value itself where nobody edits it. */
  tap(name: string, value: Tensor): Tensor;
  /** Whether batch normalisation uses the batch's statistics. */
  readonly training: boolean;
}

/** What came of reading a graph. */
export interface ReadResult {
  /** A value by the file's name for it. */
  value(name: string): OnnxValue | undefined;
  /** What each node's outputs are, by the node's path; with `:1` and so on behind it for those after the first. */
  readonly taps: ReadonlyMap<string, OnnxValue>;
  /** Paths of the parameters and the state that the graph used until now. */
  readonly used: ReadonlySet<string>;
  /** The next values of state, by path. */
  readonly updates: ReadonlyMap<string, Tensor>;
}

/** Applies a graph to tensors. @throws LimbeckError as `fromOnnx` */
export function readGraph(file: GraphFile, given: ReadGiven): ReadResult {
  return new GraphReader(file, given);
}

/** Errors of operators with the node at which they came up, and with what helps where names of sizes hide that they are equal. */
function located(node: ReadNode, cause: LimbeckError): LimbeckError {
  if (cause.code !== 'shape-mismatch') return cause;
  return new LimbeckError(cause.code, {
    where: `fromOnnx, ${node.label}, ${cause.where}`,
    given: cause.given,
    expected: cause.expected,
    next: "Say which names of sizes stand for what in the option sizes: { total: 'past+tokens' }, or correct the file.",
    cause,
  });
}

/** The values of a graph; one inside a node also sees those around it. */
class Values {
  readonly #own = new Map<string, OnnxValue>();

  constructor(private readonly outer?: Values) {}

  get(name: string): OnnxValue | undefined {
    return this.#own.get(name) ?? this.outer?.get(name);
  }

  set(name: string, value: OnnxValue): void {
    this.#own.set(name, value);
  }
}

class GraphReader implements ReadResult {
  readonly taps = new Map<string, OnnxValue>();
  readonly used = new Set<string>();
  readonly updates = new Map<string, Tensor>();
  readonly #file: GraphFile;
  readonly #given: ReadGiven;
  readonly #values = new Values();
  readonly #scope = currentScope();

  constructor(file: GraphFile, given: ReadGiven) {
    this.#file = file;
    this.#given = given;
    for (const [name, { kind, path, host }] of file.initialisers) {
      const fed = (): Tensor => {
        this.used.add(path);
        return kind === 'state' ? given.state(path) : given.parameter(path);
      };
      const value = kind === 'constant' ? OnnxValue.known(host) : OnnxValue.fed(host, fed);
      this.#values.set(name, value);
    }
    for (const name of file.inputs.keys()) {
      // A part of a graph may do without some.
      const fed = given.inputs[name];
      if (fed !== undefined) this.#values.set(name, OnnxValue.of(fed));
    }
    for (const node of file.order) this.#node(node, this.#values, file.paths.get(node)!);
  }

  value(name: string): OnnxValue | undefined {
    return this.#values.get(name);
  }

  #node(proto: NodeProto, values: Values, path: string): void {
    const inputs = proto.input.map((name) => (name === '' ? undefined : values.get(name)));
    const node = new ReadNode(proto, inputs, {
      opset: this.#file.opset,
      training: this.#given.training,
      update: (name, value) => this.#update(name, value),
      inline: (graph, given) => this.#inline(graph, given, values, path),
    });
    const results = this.#results(node, path);
    const isConstant = inputs.every((value) => value === undefined || value.isConstant);
    proto.output.forEach((name, i) => {
      if (name === '') return;
      const result = results[i];
      if (result === undefined) throw corrupt('fromOnnx', `${node.label} with an output ${i}`);
      const value = result instanceof Tensor ? OnnxValue.of(result, isConstant) : result;
      values.set(name, this.#tapped(i === 0 ? path : `${path}:${i}`, value));
    });
  }

  #results(node: ReadNode, path: string): Read {
    const inner = scopeOf(path);
    const scope = inner === '' ? this.#scope : joinScope(this.#scope, inner);
    try {
      return inScope(scope, () => readers.get(operatorKey(node.proto))!(node));
    } catch (cause) {
      if (isLimbeckError(cause)) throw located(node, cause);
      // What a reader takes for granted, such as a number of axes, a damaged file need not have.
      throw corrupt('fromOnnx', `${node.label}, whose inputs do not fit it`, cause);
    }
  }

  #tapped(name: string, value: OnnxValue): OnnxValue {
    let passed = value;
    if (value.made !== undefined && !value.isConstant) {
      const edited = this.#given.tap(name, value.made);
      if (edited !== value.made) passed = OnnxValue.of(edited);
    }
    this.taps.set(name, passed);
    return passed;
  }

  #update(name: string, value: Tensor): void {
    const initialiser = this.#file.initialisers.get(name);
    if (initialiser?.kind === 'state') this.updates.set(initialiser.path, value);
  }

  /** Reads a graph inside a node: its inputs are given, and it sees the values around it. */
  #inline(
    graph: GraphProto,
    given: readonly OnnxValue[],
    outer: Values,
    path: string,
  ): readonly OnnxValue[] {
    const values = new Values(outer);
    graph.input.forEach(({ name }, i) => given[i] !== undefined && values.set(name, given[i]));
    for (const proto of graph.initializer) {
      values.set(proto.name, OnnxValue.known(tensorFromProto(proto)));
    }
    const paths = nodePaths(graph);
    for (const node of nodesInOrder(graph, (name) => values.get(name) !== undefined)) {
      this.#node(node, values, joinScope(path, paths.get(node)!));
    }
    return graph.output.map(({ name }) => {
      const value = values.get(name);
      if (value === undefined) {
        throw corrupt(
          'fromOnnx',
          `the output "${name}" of a graph in ${path}, which nothing makes`,
        );
      }
      return value;
    });
  }
}
