import type { GraphProto, NodeProto } from './gen/onnx_pb.js';
import { corrupt } from './wire.js';

/** Whether a value is there before a graph's nodes are read: an input, an initialiser, or a value around the graph. */
type IsKnown = (name: string) => boolean;

/**
 * The nodes of a graph, each after what it reads, also inside the graphs that it holds.
 *
 * @throws LimbeckError `corrupt-onnx` for a missing value, one made twice, or a cycle
 */
export function nodesInOrder(graph: GraphProto, isKnown: IsKnown): NodeProto[] {
  const makers = makersOf(graph, isKnown);
  const needs = new Map<NodeProto, readonly NodeProto[]>();
  const needsOf = (node: NodeProto): readonly NodeProto[] => {
    const found =
      needs.get(node) ??
      [...readBy(node)]
        .filter((name) => !isKnown(name))
        .map((name) => makers.get(name) ?? missing(node, name));
    needs.set(node, found);
    return found;
  };
  const done = new Set<NodeProto>();
  const open = new Set<NodeProto>();
  const order: NodeProto[] = [];
  for (const start of graph.node) {
    const stack = [{ node: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const { node } = top;
      const before = done.has(node) ? undefined : needsOf(node)[top.next++];
      if (before === undefined) {
        if (!done.has(node)) order.push(node);
        done.add(node);
        open.delete(node);
        stack.pop();
      } else if (!done.has(before)) {
        open.add(node);
        if (open.has(before)) {
          throw corrupt('fromOnnx', `a cycle through the node "${before.name}" (${before.opType})`);
        }
        stack.push({ node: before, next: 0 });
      }
    }
  }
  return order;
}

function makersOf(graph: GraphProto, isKnown: IsKnown): Map<string, NodeProto> {
  const makers = new Map<string, NodeProto>();
  for (const node of graph.node) {
    for (const name of node.output) {
      if (name === '') continue;
      if (makers.has(name) || isKnown(name)) {
        throw corrupt('fromOnnx', `two values named "${name}"`);
      }
      makers.set(name, node);
    }
  }
  return makers;
}

/** What a node reads, and what graphs inside it read from around them. */
export function readBy(node: NodeProto): Set<string> {
  const names = new Set(node.input.filter((name) => name !== ''));
  for (const { g: graph } of node.attribute) {
    if (graph === undefined) continue;
    const own = new Set([
      ...graph.input.map(({ name }) => name),
      ...graph.initializer.map(({ name }) => name),
      ...graph.node.flatMap(({ output }) => output),
    ]);
    const read = [
      ...graph.node.flatMap((inner) => [...readBy(inner)]),
      ...graph.output.map(({ name }) => name),
    ];
    for (const name of read) if (!own.has(name)) names.add(name);
  }
  return names;
}

function missing(node: NodeProto, name: string): never {
  throw corrupt('fromOnnx', `the node "${node.name}" reading "${name}", which nothing makes`);
}
