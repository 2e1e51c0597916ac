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
    const own = node.outputs.map(
      (_, index) =>
        wanted.get(node)?.get(index) ?? writer.fresh(joinScope(node.scope, operator.name)),
    );
    names.set(node, own);
    const inputs = forwardInputs(node).map((tensor) => names.get(tensor.node)![tensor.index]!);
    const emitter = emitterFor(node, inputs, own, target);
    const used = (index: number): boolean => read.get(node)?.has(index) === true;
    operator.lower({ ...emitter, used }, node.attributes);
  }
  return names;
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
  return {
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
  };
}

/** A graph inside a node. It reads what stands outside under its names; constants and sizes are written outside. */
function innerGraph(
  results: readonly Tensor[],
  given: ReadonlyMap<Tensor, string>,
  formal: readonly InnerInput[],
  { scope, operator }: Node,
  target: Target,
): OnnxAttribute {
  const writer = target.writer.inner();
  const wish = joinScope(scope, operator.name);
  const names = results.map(() => writer.fresh(`${wish}/result`));
  const outputs = simplify(Object.fromEntries(results.map((tensor, i) => [names[i]!, tensor])));
  const order = topologicalOrder(Object.values(outputs), forwardInputs);
  const known = new Map(Array.from(given, ([tensor, name]) => [tensor.node, name]));
  const written = writeNodes(order, outputs, { ...target, writer }, known);
  for (const [name, { node, index }] of Object.entries(outputs)) {
    const from = written.get(node)![index]!;
    if (from === name) continue;
    writer.node({ type: 'Identity', inputs: [from], outputs: [name], scope });
  }
  return {
    graph: {
      name: wish,
      node: writer.nodes,
      input: formal.map(({ name, spec }) => valueInfo(name, spec)),
      output: Object.entries(outputs).map(([name, spec]) => valueInfo(name, spec)),
    },
  };
}
