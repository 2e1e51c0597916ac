import { checkWhole, type HostTensor, hostTensor, LimbeckError } from '@limbeck/core';
import { type SegmentPlan, segmentPlan } from '@limbeck/tensor';

/** The neighbourhoods of an undirected graph, ready to be fed: the same tree for every graph. */
export type GraphNeighbours = {
  /** Which nodes each node sums, itself among them. */
  readonly neighbours: SegmentPlan;
  /** (degree + 1)^(−½), float32 `[nodes]`: stands before and after the sum. */
  readonly scale: HostTensor<'float32'>;
};

/**
 * The plan of D^(−½) (A + I) D^(−½) for an undirected graph, where D counts the self loops too. Made on the host, once a
 * graph; its backward pass is the plan itself.
 *
 * @param edges - each undirected edge once, in either direction
 * @param nodes - how many nodes there are; those without edges see themselves alone
 * @throws LimbeckError `invalid-data` for an end out of range, an edge from a node to itself, or an edge given twice;
 * `shape-mismatch` for ends that are not as many; `invalid-option` for no nodes
 */
export function graphNeighbours(
  edges: { readonly sources: Int32Array; readonly targets: Int32Array },
  nodes: number,
): GraphNeighbours {
  checkWhole('graphNeighbours', { nodes }, 1, 'Pass how many nodes there are.');
  const { sources, targets } = edges;
  checkEdges(sources, targets, nodes);
  const own = Int32Array.from({ length: nodes }, (_, node) => node);
  const ends = joined(sources, targets, own);
  const starts = joined(targets, sources, own);
  const degrees = new Int32Array(nodes);
  for (const node of ends) degrees[node]!++;
  return {
    neighbours: segmentPlan(ends, nodes, { sources: starts, rows: nodes }),
    scale: hostTensor(
      'float32',
      [nodes],
      Float32Array.from(degrees, (d) => d ** -0.5),
    ),
  };
}

function joined(...parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function checkEdges(sources: Int32Array, targets: Int32Array, nodes: number): void {
  const refuse = (code: 'invalid-data' | 'shape-mismatch', given: string): never => {
    throw new LimbeckError(code, {
      where: 'graphNeighbours',
      given,
      expected: `each undirected edge once, between two of ${nodes} nodes`,
      next: 'Leave out self loops, which are added, and the second direction of each edge.',
    });
  };
  if (sources.length !== targets.length) {
    refuse('shape-mismatch', `${sources.length} sources and ${targets.length} targets`);
  }
  const seen = new Set<number>();
  sources.forEach((source, edge) => {
    const target = targets[edge]!;
    const [low, high] = source < target ? [source, target] : [target, source];
    if (low < 0 || high >= nodes || low === high) {
      refuse('invalid-data', `the edge ${source} to ${target}`);
    }
    const key = low * nodes + high;
    if (seen.has(key)) refuse('invalid-data', `the edge ${source} to ${target} twice`);
    seen.add(key);
  });
}
