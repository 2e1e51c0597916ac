import type { GraphProto, NodeProto } from './gen/onnx_pb.js';

/**
 * A path for each node that no other node of the graph has: its name without a leading `/`, or, where it has none, that
 * of its first output.
 */
export function nodePaths(graph: GraphProto): Map<NodeProto, string> {
  const fresh = freshNames([]);
  const paths = new Map<NodeProto, string>();
  for (const node of graph.node) {
    const wish = (node.name || node.output.find((name) => name !== '') || node.opType).replace(
      /^\/+/,
      '',
    );
    paths.set(node, fresh(wish));
  }
  return paths;
}

/** Gives names nobody has: the wish itself, or with a number behind it. */
export function freshNames(given: Iterable<string>): (wish: string) => string {
  const taken = new Set(given);
  const counts = new Map<string, number>();
  return (wish) => {
    let name = wish;
    // Counted on from the last one, so that many equal wishes cost no more than as many different ones.
    for (let i = counts.get(wish) ?? 1; taken.has(name); i++) {
      name = `${wish}_${i}`;
      counts.set(wish, i + 1);
    }
    taken.add(name);
    return name;
  };
}

/** The scope that a node's path lies in. */
export function scopeOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}
