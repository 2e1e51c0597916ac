import { type JsonObject, sizeOf, type Spec } from '@limbeck/core';
import type { Node } from '../operator.js';
import type { ConstantAttributes, InputAttributes } from '../ops/source.js';
import type { Tensor } from '../tensor.js';
import { forwardInputs, topologicalOrder } from './order.js';
import { simplify } from './simplify.js';
import type { Tail, TailResult, TailSource, TailStep } from './tail.js';
import { tailOrder } from './tail-order.js';

/** Options of {@link splitTail}. */
export interface SplitTailOptions {
  /** The loops that the runtime has. */
  readonly kernels: ReadonlySet<string>;
  /** Which output becomes which input of the next step, where the graph has that input. */
  readonly state: { readonly [output: string]: string };
  /** How much memory the tail may take; beyond it everything stays in the graph. @defaultValue 3.5 GB */
  readonly maxBytes?: number;
}

/** What {@link splitTail} gives. */
export interface SplitTail {
  /** What is left for the graph, by name. */
  readonly outputs: { readonly [name: string]: Tensor };
  /** What runs after it; absent where nothing could be taken out. */
  readonly tail?: Tail;
}

/**
 * Takes operators with a kernel at the edge of a graph out of it: those whose results are outputs, or are read by others
 * that are taken out alone. What they read of the graph becomes an output of it. A runtime then runs them in place,
 * {@link Tail}; everything else is lowered as ever.
 *
 * @param outputs - a training step, by name
 */
export function splitTail(
  outputs: { readonly [name: string]: Tensor },
  { kernels, state: carried, maxBytes = 3.5e9 }: SplitTailOptions,
): SplitTail {
  const simple = simplify(outputs);
  const graph = readersOf(simple);
  // What nobody reads is no state of this step: its next value is an output like any other.
  const read = new Set(graph.order.map((node) => inputName(node)));
  const state = Object.fromEntries(Object.entries(carried).filter(([, input]) => read.has(input)));
  const kept = new Set<Node>();
  for (;;) {
    const taken = takeOut(graph, simple, kernels, kept);
    if (taken.length === 0) return { outputs: simple };
    const ordered = inOrder(taken, simple, state);
    if ('stuck' in ordered) {
      kept.add(ordered.stuck);
      continue;
    }
    const split = writeTail(ordered.order, simple, state);
    // ONNX Runtime takes no graph of nothing.
    const empty = Object.keys(split.outputs).length === 0;
    return empty || bytesOf(split.tail) > maxBytes ? { outputs: simple } : split;
  }
}

interface Readers {
  readonly order: readonly Node[];
  readonly readers: ReadonlyMap<Node, readonly Node[]>;
}

function readersOf(outputs: { readonly [name: string]: Tensor }): Readers {
  const order = topologicalOrder(Object.values(outputs), forwardInputs);
  const readers = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order)
    for (const { node: read } of forwardInputs(node)) readers.get(read)!.push(node);
  return { order, readers };
}

/** The nodes that can be taken out, in the graph's order. */
function takeOut(
  { order, readers }: Readers,
  outputs: { readonly [name: string]: Tensor },
  kernels: ReadonlySet<string>,
  kept: ReadonlySet<Node>,
): readonly Node[] {
  const names = outputNames(outputs);
  const taken = new Set<Node>();
  for (const node of order.toReversed()) {
    const { kernel } = node.operator;
    if (kernel === undefined || !kernels.has(kernel) || kept.has(node) || !fits(node)) continue;
    if (!readers.get(node)!.every((reader) => taken.has(reader))) continue;
    // One place in memory, and one name, for one result.
    const single = node.outputs.every((_, index) => names(node, index).length < 2);
    if (single) taken.add(node);
  }
  return order.filter((node) => taken.has(node));
}

/** Loops are over float32 and whole numbers, and what they make has sizes that are numbers. */
function fits(node: Node): boolean {
  const dtypes = new Set(['float32', 'int64', 'int32']);
  return (
    node.inputs.every(({ dtype }) => dtypes.has(dtype)) &&
    node.outputs.every(
      ({ dtype, shape }) => dtype === 'float32' && shape.every((dim) => typeof dim === 'number'),
    )
  );
}

function outputNames(outputs: {
  readonly [name: string]: Tensor;
}): (node: Node, index: number) => readonly string[] {
  const names = new Map<Node, { readonly name: string; readonly index: number }[]>();
  for (const [name, { node, index }] of Object.entries(outputs)) {
    names.set(node, [...(names.get(node) ?? []), { name, index }]);
  }
  return (node, index) =>
    (names.get(node) ?? []).filter((each) => each.index === index).map(({ name }) => name);
}

/** What a loop reads does not depend on its shape, so a reshape in between is left out. */
function source(tensor: Tensor): Tensor {
  return tensor.node.operator.name === 'reshape' ? source(tensor.node.inputs[0]!) : tensor;
}

const inputName = (node: Node): string | undefined =>
  node.operator.name === 'input' ? (node.attributes as InputAttributes).name : undefined;

/** Orders the loops: after what they read, and whoever reads a state before whoever overwrites it. */
function inOrder(
  taken: readonly Node[],
  outputs: { readonly [name: string]: Tensor },
  state: SplitTailOptions['state'],
): ReturnType<typeof tailOrder> {
  const inside = new Set(taken);
  const before = new Map<Node, Set<Node>>(taken.map((node) => [node, new Set<Node>()]));
  const readers = new Map<string, Node[]>();
  for (const node of taken) {
    for (const tensor of node.inputs.map(source)) {
      if (inside.has(tensor.node)) before.get(node)!.add(tensor.node);
      const name = inputName(tensor.node);
      if (name !== undefined) readers.set(name, [...(readers.get(name) ?? []), node]);
    }
  }
  const writers = new Set<Node>();
  for (const [output, input] of Object.entries(state)) {
    const node = outputs[output]?.node;
    if (node === undefined || !inside.has(node)) continue;
    writers.add(node);
    for (const reader of readers.get(input) ?? []) {
      if (reader !== node) before.get(node)!.add(reader);
    }
  }
  return tailOrder(taken, before, (node) => writers.has(node));
}

function writeTail(
  order: readonly Node[],
  outputs: { readonly [name: string]: Tensor },
  state: SplitTailOptions['state'],
): { readonly outputs: { readonly [name: string]: Tensor }; readonly tail: Tail } {
  const numbers = new Map(order.map((node, step) => [node, step]));
  const names = outputNames(outputs);
  const inputs: { [name: string]: Spec } = {};
  const hidden: { [name: string]: Spec } = {};
  const made: { [name: string]: Spec } = {};
  const rest: { [name: string]: Tensor } = Object.fromEntries(
    Object.entries(outputs).filter(([, { node }]) => !numbers.has(node)),
  );
  const known = outputNames(rest);
  const asked = new Map<string, string>();

  const outOfGraph = (tensor: Tensor, key: string): string => {
    const name = known(tensor.node, tensor.index)[0] ?? asked.get(key);
    if (name !== undefined) return name;
    let count = asked.size;
    while (Object.hasOwn(outputs, `tail/${count}`)) count++;
    const fresh = `tail/${count}`;
    asked.set(key, fresh);
    rest[fresh] = tensor;
    hidden[fresh] = specOf(tensor);
    return fresh;
  };
  const identities = new Map<Node, number>();
  const read = (given: Tensor): TailSource => {
    const tensor = source(given);
    const step = numbers.get(tensor.node);
    if (step !== undefined) return { step, index: tensor.index };
    const input = inputName(tensor.node);
    if (input !== undefined) {
      inputs[input] = specOf(tensor);
      return { input };
    }
    const number = scalarConstant(tensor);
    if (number !== undefined) return { number };
    if (!identities.has(tensor.node)) identities.set(tensor.node, identities.size);
    return { output: outOfGraph(tensor, `${identities.get(tensor.node)!}.${tensor.index}`) };
  };
  const result = (node: Node, spec: Spec, index: number): TailResult => {
    const [output] = names(node, index);
    if (output === undefined) return { spec: specOf(spec) };
    made[output] = specOf(spec);
    const over = state[output];
    return over === undefined
      ? { spec: specOf(spec), output }
      : { spec: specOf(spec), output, state: over };
  };
  const steps = order.map((node): TailStep => ({
    kernel: node.operator.kernel!,
    inputs: node.inputs.map(read),
    results: node.outputs.map((spec, index) => result(node, spec, index)),
    attributes: node.attributes as JsonObject,
  }));
  return { outputs: rest, tail: { steps, inputs, hidden, outputs: made } };
}

const specOf = ({ dtype, shape }: Spec): Spec => ({ dtype, shape: [...shape] });

/** A finite float32 scalar that is known ahead. */
function scalarConstant({ node, dtype }: Tensor): number | undefined {
  if (node.operator.name !== 'constant' || dtype !== 'float32') return undefined;
  const { data } = (node.attributes as ConstantAttributes).value;
  const number = Number(data[0]);
  return data.length === 1 && Number.isFinite(number) ? number : undefined;
}

/** How much memory a tail takes, where its sizes are numbers. */
function bytesOf({ steps, inputs, hidden }: Tail): number {
  const specs = [
    ...Object.values(inputs),
    ...Object.values(hidden),
    ...steps.flatMap(({ results }) =>
      results.filter(({ state }) => state === undefined).map(({ spec }) => spec),
    ),
  ];
  return specs.reduce((total, { dtype, shape }) => {
    const sizes = shape.filter((dim) => typeof dim === 'number');
    return total + sizeOf(sizes) * (dtype === 'int64' ? 8 : 4);
  }, 0);
}
