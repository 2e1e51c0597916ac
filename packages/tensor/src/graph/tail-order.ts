import type { Node } from '../operator.js';

/** Which nodes must run before a node of the tail. */
export type Before = ReadonlyMap<Node, ReadonlySet<Node>>;

/**
 * Nodes in an order in which each comes after those before it; among those that are ready, the ones that write no state
 * come first, then the order given. So whatever may stop a step is known before anything has been overwritten.
 *
 * @returns the order, or a node of a cycle that writes state
 */
export function tailOrder(
  nodes: readonly Node[],
  before: Before,
  writesState: (node: Node) => boolean,
): { readonly order: readonly Node[] } | { readonly stuck: Node } {
  const left = new Set(nodes);
  const order: Node[] = [];
  while (left.size > 0) {
    const ready = [...left].filter(
      (node) => ![...before.get(node)!].some((other) => left.has(other)),
    );
    const next = ready.filter((node) => !writesState(node));
    // A round at a time: thousands of updates are ready at once.
    const chosen = next.length > 0 ? next : ready;
    if (chosen.length === 0) return { stuck: [...left].find(writesState)! };
    for (const node of chosen) left.delete(node);
    order.push(...chosen);
  }
  return { order };
}
