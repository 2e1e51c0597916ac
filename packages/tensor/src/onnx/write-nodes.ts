import type { Spec } from '@limbeck/core';
import { forwardInputs, topologicalOrder } from '../graph/order.js';
import { simplify } from '../graph/simplify.js';
import type { Emitter, InnerInput, Node, OnnxAttribute, Operator } from '../operator.js';
import type { ConstantAttributes, InputAttributes } from '../ops/source.js';
import { joinScope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { dataTypeOf } from './element-kinds.js';
import type { ShapeEmitter } from './emit-shapes.js';
import type { GraphWriter } from './graph-writer.js';

/** What a graph is written with. */
export interface Target {
  readonly writer: GraphWriter;
  readonly shapes: ShapeEmitter;
  readonly portable: boolean;
}

/** The dtype and shape of a value, as ONNX lists inputs and outputs. */
export function valueInfo(name: string, { dtype, shape }: Spec): object {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  const value = { elemType: dataTypeOf(dtype), shape: { dim } };
  return { name, type: { value: { case: 'tensorType' as const, value } } };
}

/**
 * Writes every node, and says under which names its outputs stand.
 *
 * @param given - the names of inputs that have others than their own
 */
export function writeNodes(
  order: readonly Node[],
  outputs: { readonly [name: string]: Tensor },
  target: Target,
  given: ReadonlyMap<Node, string> = new Map(),
): Map<Node, readonly string[]> {
  const { writer } = target;
  const names = new Map<Node, readonly string[]>();
  const wanted = new Map<Node, Map<number, string>>();
  for (const [name, { node, index }] of Object.entries(outputs)) {
    const slots = wanted.get(node) ?? new Map<number, string>();
    if (!slots.has(index)) slots.set(index, name);
    wanted.set(node, slots);
  }
  const read = outputsRead(order, outputs);
  for (const node of order) {
    const operator = node.operator as Operator;
    if (operator.name === 'input') {
      names.set(node, [given.get(node) ?? (node.attributes as InputAttributes).name]);
      continue;
    }
    if (operator.name === 'constant') {
      const { value } = node.attributes as ConstantAttributes;
      names.set(node, [writer.constant(value, joinScope(node.scope, 'constant'))]);
      continue;
    }
    const isApart = operator.name === 'iota' && wanted.has(node);
    const own = node.outputs.map(
      (_, index) =>
        (isApart ? undefined : wanted.get(node)?.get(index)) ??
        writer.fresh(joinScope(node.scope, operator.name)),
    );
    names.set(node, own);
    const inputs = forwardInputs(node).map((tensor) => names.get(tensor.node)![tensor.index]!);
    const emitter = emitterFor(node, inputs, own, target);
    const used = (index: number): boolean => read.get(node)?.has(index) === true;
    operator.lower({ ...emitter, used }, node.attributes);
  }
  return names;
}

/**
 * Gives a value a second name. A Range that a Gather reads and that is an output too is copied in a way that ONNX Runtime does
 * not see through: 1.30 makes a Slice of the two and takes the Range away, and the process dies where the output is fetched.
 */
export function writeCopy(from: string, to: string, { node }: Tensor, writer: GraphWriter): void {
  const isRange = node.operator.name === 'iota';
  const zero = { dtype: 'int64', shape: [], data: new BigInt64Array(1) } as const;
  const inputs = isRange ? [from, writer.constant(zero)] : [from];
  writer.node({ type: isRange ? 'Max' : 'Identity', inputs, outputs: [to], scope: '' });
}

/** Which outputs of each node something reads. */
function outputsRead(
  order: readonly Node[],
  outputs: { readonly [name: string]: Tensor },
): Map<Node, Set<number>> {
  const read = new Map<Node, Set<number>>();
  for (const { node, index } of [...order.flatMap(forwardInputs), ...Object.values(outputs)]) {
    read.set(node, (read.get(node) ?? new Set<number>()).add(index));
  }
  return read;
}

function emitterFor(
  node: Node,
  inputs: readonly string[],
  outputs: readonly string[],
  target: Target,
): Omit<Emitter, 'used'> {
  const { scope } = node;
  const { writer, shapes, portable } = target;
  const emitter: Omit<Emitter, 'used'> = {
    inputs,
    outputs,
    inputSpecs: node.inputs,
    outputSpecs: node.outputs,
    portable,
    node: (type, from, to, attributes = {}, domain = '') =>
      writer.node({ type, inputs: from, outputs: to, attributes, domain, scope }),
    fresh: () => writer.fresh(joinScope(scope, node.operator.name)),
    constant: (value) => writer.constant(value),
    shape: (shape) => shapes.shape(shape),
    graph: (results, given, formal = []) => innerGraph(results, given, formal, node, target),
    block: (specs, write) => innerBlock(specs, write, node, emitter, target),
  };
  return emitter;
}

/** A graph inside a node. It reads what stands outside under its names; constants and sizes are written outside. */
function innerGraph(
  results: readonly Tensor[],
  given: ReadonlyMap<Tensor, string>,
  formal: readonly InnerInput[],
  node: Node,
  target: Target,
): OnnxAttribute {
  const writer = target.writer.inner();
  const named = results.map((tensor, i): [string, Tensor] => [String(i), tensor]);
  const outputs = Object.values(simplify(Object.fromEntries(named)));
  const order = topologicalOrder(outputs, forwardInputs);
  const known = new Map(Array.from(given, ([tensor, name]) => [tensor.node, name]));
  const written = writeNodes(order, {}, { ...target, writer }, known);
  const names = outputs.map((tensor) => written.get(tensor.node)![tensor.index]!);
  return finished(names, results, formal, node, writer);
}

function innerBlock(
  specs: readonly Spec[],
  write: (inner: Emitter) => readonly string[],
  node: Node,
  emitter: Omit<Emitter, 'used'>,
  target: Target,
): OnnxAttribute {
  const inner = { ...target, writer: target.writer.inner() };
  const { inputs, outputs } = emitter;
  const names = write({ ...emitterFor(node, inputs, outputs, inner), used: () => true });
  return finished(names, specs, [], node, inner.writer);
}

/** A graph gives values that it makes itself, under names of its own. */
function finished(
  from: readonly string[],
  specs: readonly Spec[],
  formal: readonly InnerInput[],
  { scope, operator }: Node,
  writer: GraphWriter,
): OnnxAttribute {
  const name = joinScope(scope, operator.name);
  const output = from.map((value, i) => {
    const result = writer.fresh(`${name}/result`);
    writer.node({ type: 'Identity', inputs: [value], outputs: [result], scope });
    return valueInfo(result, specs[i]!);
  });
  const input = formal.map((own) => valueInfo(own.name, own.spec));
  return { graph: { name, node: writer.nodes, input, output } };
}
