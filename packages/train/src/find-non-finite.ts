import type { HostTensor } from '@limbeck/core';
import { forwardInputs, type Node, Tensor, topologicalOrder } from '@limbeck/tensor';
import { type Clock, compileGraph, type GraphSource } from './compile.js';
import type { FlatState } from './state-tree.js';

/** Where a graph's numbers stop being finite. */
export interface NonFinite {
  /** The operator with its scope, or what was fed. */
  readonly where: string;
  /** What came out, and of what. */
  readonly found: string;
  /** Whether it is a part of the state that is not finite, or of the batch, or something computed. */
  readonly kind: 'state' | 'batch' | 'computed';
}

type Outputs = { readonly [name: string]: Tensor };

/**
 * Runs a graph again and finds the first node that is not finite and that the outputs got it from. Infinities that
 * reach no output, as those of a mask, do not count.
 *
 * The graph runs where it ran before, since what overflows in float32 may not in the interpreter's float64. It is made
 * anew with two sums for each node, so this takes its time.
 *
 * @returns undefined where every output is finite this time
 */
export async function findNonFinite<S, I>(
  source: GraphSource<S, I>,
  given: { readonly state: FlatState; readonly clock: Clock; readonly inputs: FlatState },
): Promise<NonFinite | undefined> {
  let order: readonly Node[] = [];
  let ends: readonly number[] = [];
  const flags = await runOnce(source, given, (outputs) => {
    order = nodesOf(outputs);
    const places = new Map(order.map((node, i) => [node, i]));
    ends = metricsFirst(outputs).map(({ node }) => places.get(node)!);
    return Object.fromEntries(order.flatMap(flagsOf));
  });
  const isBad = order.map((node, i) =>
    node.outputs.some((_, k) => Number.isNaN(Number(flags[`${i}/${k}`]?.data[0] ?? 0))),
  );
  const first = firstOf(order, isBad, ends);
  if (first === undefined) return undefined;
  const values = await runOnce(source, given, (outputs) => valuesOf(nodesOf(outputs)[first]!));
  return described(order[first]!, values);
}

async function runOnce<S, I>(
  source: GraphSource<S, I>,
  given: { readonly state: FlatState; readonly clock: Clock; readonly inputs: FlatState },
  change: (outputs: Outputs) => Outputs,
): Promise<FlatState> {
  const graph = await compileGraph<S, I>({
    ...source,
    build: (state, inputs, context) => change(source.build(state, inputs, context)),
  });
  try {
    return await graph.run(given.state, given.clock, given.inputs);
  } finally {
    await graph.dispose();
  }
}

/** What a step reports stands before what it changes: the forward pass before the backward. */
function metricsFirst(outputs: Outputs): Tensor[] {
  const rank = ([name]: [string, Tensor]): number => (name.startsWith('metric/') ? 0 : 1);
  return Object.entries(outputs)
    .sort((a, b) => rank(a) - rank(b))
    .map(([, tensor]) => tensor);
}

function nodesOf(outputs: Outputs): Node[] {
  return topologicalOrder(metricsFirst(outputs), forwardInputs);
}

/** NaN where one of a node's numbers is not finite, else 0. A constant's infinity is meant. */
function flagsOf(node: Node, i: number): [name: string, flag: Tensor][] {
  if (node.operator.name === 'constant') return [];
  return node.outputs.flatMap(({ dtype }, k) =>
    dtype === 'float32' || dtype === 'float64'
      ? [[`${i}/${k}`, new Tensor(node, k).mul(0).sum()] as [string, Tensor]]
      : [],
  );
}

/** The first bad node from which a chain of bad nodes leads to the first bad output. */
function firstOf(
  order: readonly Node[],
  isBad: readonly boolean[],
  ends: readonly number[],
): number | undefined {
  const places = new Map(order.map((node, i) => [node, i]));
  const end = ends.find((i) => isBad[i]);
  if (end === undefined) return undefined;
  const reached = new Set([end]);
  for (const i of reached) {
    for (const { node } of forwardInputs(order[i]!)) {
      const place = places.get(node)!;
      if (isBad[place] === true) reached.add(place);
    }
  }
  return Math.min(...reached);
}

/** A node's outputs and inputs. */
function valuesOf(node: Node): Outputs {
  return Object.fromEntries([
    ...node.outputs.map((_, k) => [`out/${k}`, new Tensor(node, k)] as const),
    ...forwardInputs(node).map((tensor, k) => [`in/${k}`, tensor] as const),
  ]);
}

function described(node: Node, values: FlatState): NonFinite {
  const all = Object.entries(values);
  const out = all.filter(([name]) => name.startsWith('out/')).map(([, value]) => value);
  const of = all.filter(([name]) => name.startsWith('in/')).map(([, value]) => rangeOf(value));
  const found = out.map(countOf).find((text) => text !== undefined) ?? 'finite numbers this time';
  if (node.operator.name === 'input') {
    const { name } = node.attributes as { readonly name: string };
    const [, kind, path] = /^(state|input)\/(?:batch\/)?(.*)$/.exec(name) ?? [];
    if (path === undefined) return { where: `"${name}"`, found, kind: 'computed' };
    const isState = kind === 'state';
    const where = isState ? `the state's "${path}"` : `the batch's "${path}"`;
    return { where, found, kind: isState ? 'state' : 'batch' };
  }
  const scope = node.scope === '' ? '' : ` in ${node.scope}`;
  return {
    where: `${node.operator.name}${scope}`,
    found: of.length === 0 ? found : `${found}, of ${of.join(' and ')}`,
    kind: 'computed',
  };
}

/** Such as `3 of 64 are NaN, the first at 5`. */
function countOf({ data }: HostTensor): string | undefined {
  const numbers = Array.from(data as Iterable<number | bigint>, Number);
  const first = numbers.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return undefined;
  const value = numbers[first]!;
  const count = numbers.filter((other) => Object.is(other, value)).length;
  const verb = count === 1 ? 'is' : 'are';
  return `${count} of ${numbers.length} ${verb} ${value}, the first at ${first}`;
}

/** Such as `float32 [2, 3] from -1 to 4`. */
function rangeOf({ dtype, shape, data }: HostTensor): string {
  let least = Infinity;
  let most = -Infinity;
  for (const value of data as Iterable<number | bigint>) {
    least = Math.min(least, Number(value));
    most = Math.max(most, Number(value));
  }
  const range = data.length === 0 ? 'empty' : `from ${short(least)} to ${short(most)}`;
  return `${dtype} [${shape.join(', ')}] ${range}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
