import type { Node } from '../operator.js';
import type { Tensor } from '../tensor.js';

/** The nodes that these tensors need, each after what it needs, in a fixed order. Deep graphs do not overflow the stack. */
export function topologicalOrder(tensors: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  const open: { node: Node; next: number }[] = [];
  for (const tensor of tensors) {
    if (!done.has(tensor.node)) open.push({ node: tensor.node, next: 0 });
    while (open.length > 0) {
      const top = open.at(-1)!;
      const child = top.node.inputs[top.next++]?.node;
      if (child === undefined) {
        if (!done.has(top.node)) order.push(top.node);
        done.add(top.node);
        open.pop();
      } else if (!done.has(child)) {
        open.push({ node: child, next: 0 });
      }
    }
  }
  return order;
}
