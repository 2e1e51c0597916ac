import type { Node } from './operator.js';

/** What listens to nodes being made, the innermost last. */
const open: Set<Node>[] = [];

/** Tells whoever listens of a new node. */
export function recordNode(node: Node): void {
  for (const made of open) made.add(node);
}

/** Runs a function, and says which nodes it made. */
export function recording<R>(run: () => R): { readonly result: R; readonly made: Set<Node> } {
  const made = new Set<Node>();
  open.push(made);
  try {
    return { result: run(), made };
  } finally {
    open.pop();
  }
}
