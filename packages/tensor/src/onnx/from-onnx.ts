import { type Dim, type HostTensor, LimbeckError, type Spec } from '@limbeck/core';
import { canonicalDim } from '../dims.js';
import { input } from '../functions.js';
import { isFloat } from '../ops/support.js';
import { inScope } from '../scope.js';
import { Tensor } from '../tensor.js';
import { checkBytes, decodeModel } from './codec.js';
import { dtypeOf } from './element-kinds.js';
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from './gen/onnx_pb.js';
import { elementwiseReaders } from './readers/elementwise.js';
import { indexedReaders } from './readers/indexed.js';
import { linearReaders } from './readers/linear.js';
import { type Reader, ReadNode } from './readers/read-node.js';
import { shapeReaders } from './readers/shapes.js';
import { sizeReaders } from './readers/sizes.js';
import { OnnxValue } from './readers/value.js';
import { tensorFromProto, type TensorFromProtoOptions } from './tensor-data.js';
import { corrupt } from './wire.js';

/** A graph that was read from an ONNX file. */
export interface OnnxImport {
  /** What must be fed, beside the parameters: the tensors, which are also their specs. */
  readonly inputs: { readonly [name: string]: Tensor };
  /** Expressions by the names that the file gives its outputs. */
  readonly outputs: { readonly [name: string]: Tensor };
  /**
   * The values of the float initialisers of at least one axis that the graph uses. Each is an input of its own name:
   * feed them, train them, or give them to `toOnnx` as initialisers again.
   */
  readonly parameters: { readonly [name: string]: HostTensor };
  /** The tensors of the parameters, for gradients by them. */
  readonly parameterTensors: { readonly [name: string]: Tensor };
}

/** Options of {@link fromOnnx}. */
export type FromOnnxOptions = TensorFromProtoOptions;

const readers: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    ...elementwiseReaders,
    ...sizeReaders,
    ...shapeReaders,
    ...linearReaders,
    ...indexedReaders,
  }),
);

/** From this version on, operators mean what the readers take them to mean. */
const oldestOpset = 13;

/**
 * Reads an ONNX file back into expressions that can be evaluated, differentiated, changed and written again. What
 * computes shapes comes back as named sizes.
 *
 * @param bytes - the whole file
 * @throws LimbeckError `unknown-operator` that lists all operators without a reader and how often each occurs;
 * `corrupt-onnx` if the bytes do not hold together, a value is missing or made twice, or the graph has a cycle;
 * `data-missing` if weights are in another file and `readExternal` is not given; `invalid-data` for anything that is not
 * a Uint8Array
 * @example
 * ```ts
 * import { fromOnnx, input, interpret, toOnnx } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch', 2] });
 * const { inputs, outputs } = fromOnnx(toOnnx({ y: x.mul(3).sum(-1) }).bytes);
 * const feeds = { x: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) } } as const;
 * console.log(Object.keys(inputs), interpret(outputs, feeds).y?.data[0]); // [ 'x' ] 9
 * ```
 */
export function fromOnnx(bytes: Uint8Array, options: FromOnnxOptions = {}): OnnxImport {
  checkBytes('fromOnnx', bytes);
  const model = decodeModel(bytes);
  const graph = model.graph!;
  checkOperators(model, graph);
  const values = new Map<string, OnnxValue>();
  const define = (name: string, value: OnnxValue): void => {
    if (values.has(name)) throw corrupt('fromOnnx', `two values named "${name}"`);
    values.set(name, value);
  };
  const parameters = new Map<string, HostTensor>();
  for (const proto of graph.initializer) {
    const host = tensorFromProto(proto, options);
    const trained = isFloat(host.dtype) && host.shape.length > 0;
    if (trained) parameters.set(proto.name, host);
    const spec = { dtype: host.dtype, shape: host.shape };
    define(proto.name, OnnxValue.known(host, trained ? input(proto.name, spec) : undefined));
  }
  const inputs: { [name: string]: Tensor } = {};
  for (const info of graph.input) {
    // Files of old writers list initialisers among the inputs.
    if (graph.initializer.some(({ name }) => name === info.name)) continue;
    inputs[info.name] = input(info.name, specOf(info));
    define(info.name, OnnxValue.of(inputs[info.name]!));
  }
  for (const node of inOrder(graph, values)) readNode(node, values, define);
  const outputs = graph.output.map(({ name }): [string, Tensor] => {
    const value = values.get(name);
    if (value === undefined) throw corrupt('fromOnnx', `the output "${name}", which nothing makes`);
    return [name, value.tensor];
  });
  const used = [...parameters].filter(([name]) => values.get(name)?.isUsed === true);
  return {
    inputs,
    outputs: Object.fromEntries(outputs),
    parameters: Object.fromEntries(used),
    parameterTensors: Object.fromEntries(used.map(([name]) => [name, values.get(name)!.tensor])),
  };
}

function keyOf({ domain, opType }: NodeProto): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
}

function checkOperators(model: ModelProto, graph: GraphProto): void {
  const unknown = new Map<string, number>();
  for (const node of graph.node) {
    const key = keyOf(node);
    if (!readers.has(key)) unknown.set(key, (unknown.get(key) ?? 0) + 1);
  }
  const opset = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  const version = Number(opset?.version ?? oldestOpset);
  if (unknown.size === 0 && version >= oldestOpset) return;
  const list = [...unknown].sort(([a], [b]) => (a < b ? -1 : 1));
  throw new LimbeckError('unknown-operator', {
    where: 'fromOnnx',
    given:
      unknown.size === 0
        ? `operators of opset ${version}`
        : list.map(([name, count]) => `${name} (${count})`).join(', '),
    expected: `operators of opset ${oldestOpset} or later among ${[...readers.keys()].sort().join(', ')}`,
    next: 'Cut that part of the graph away, or export the model with other operators.',
  });
}

function specOf({ name, type }: ValueInfoProto): Spec {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  if (tensor?.shape === undefined) {
    throw corrupt('fromOnnx', `the input "${name}" without a tensor's type and number of axes`);
  }
  const shape = tensor.shape.dim.map(({ value }, axis): Dim => {
    if (value.case === 'dimValue') return Number(value.value);
    return sizeName(value.case === 'dimParam' ? value.value : `${name}_${axis}`);
  });
  return { dtype: dtypeOf(tensor.elemType), shape };
}

/** A size's name as an expression over names; text that is none becomes a name. */
function sizeName(text: string): Dim {
  try {
    return canonicalDim(text);
  } catch {
    const name = text.replaceAll(/\W/g, '_');
    return /^\d/.test(name) || name === '' ? `_${name}` : name;
  }
}

/** The nodes, each after what it reads. @throws LimbeckError `corrupt-onnx` for a missing value or a cycle */
function inOrder(graph: GraphProto, known: ReadonlyMap<string, OnnxValue>): NodeProto[] {
  const makers = new Map<string, NodeProto>();
  for (const node of graph.node) {
    for (const name of node.output) {
      if (name === '') continue;
      if (makers.has(name) || known.has(name)) {
        throw corrupt('fromOnnx', `two values named "${name}"`);
      }
      makers.set(name, node);
    }
  }
  const done = new Set<NodeProto>();
  const open = new Set<NodeProto>();
  const order: NodeProto[] = [];
  for (const start of graph.node) {
    const stack = [start];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (done.has(node)) {
        stack.pop();
        continue;
      }
      open.add(node);
      const before = node.input
        .filter((name) => name !== '' && !known.has(name))
        .map((name) => makers.get(name) ?? missing(node, name))
        .filter((maker) => !done.has(maker));
      const cycle = before.find((maker) => open.has(maker));
      if (cycle !== undefined) {
        throw corrupt('fromOnnx', `a cycle through the node "${cycle.name}" (${cycle.opType})`);
      }
      if (before.length > 0) {
        stack.push(...before);
        continue;
      }
      open.delete(node);
      done.add(node);
      order.push(node);
      stack.pop();
    }
  }
  return order;
}

function missing(node: NodeProto, name: string): never {
  throw corrupt('fromOnnx', `the node "${node.name}" reading "${name}", which nothing makes`);
}

function readNode(
  proto: NodeProto,
  values: ReadonlyMap<string, OnnxValue>,
  define: (name: string, value: OnnxValue) => void,
): void {
  const inputs = proto.input.map((name) => (name === '' ? undefined : values.get(name)));
  const node = new ReadNode(proto, inputs);
  const scope = proto.name.split('/').slice(0, -1).join('/');
  const results = inScope(scope, () => readers.get(keyOf(proto))!(node));
  proto.output.forEach((name, i) => {
    if (name === '') return;
    const result = results[i];
    if (result === undefined) throw corrupt('fromOnnx', `${node.label} with an output ${i}`);
    define(name, result instanceof Tensor ? OnnxValue.of(result) : result);
  });
}
