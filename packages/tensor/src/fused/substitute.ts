import { topologicalOrder } from '../graph/order.js';
import type { Node } from '../operator.js';
import { Tensor } from '../tensor.js';

/**
 * The same expressions with some nodes of one output replaced. What does not depend on them stays the same node.
 *
 * @param replacements - what stands in for each node
 */
export function substitute(
  tensors: readonly Tensor[],
  replacements: ReadonlyMap<Node, Tensor>,
): readonly Tensor[] {
  const rebuilt = new Map<Node, Node>();
  const now = (tensor: Tensor): Tensor => {
    const replaced = replacements.get(tensor.node);
    if (replaced !== undefined) return replaced;
    const node = rebuilt.get(tensor.node)!;
    return node === tensor.node ? tensor : new Tensor(node, tensor.index);
  };
  for (const node of topologicalOrder(tensors)) {
    if (replacements.has(node)) continue;
    const inputs = node.inputs.map(now);
    const same = inputs.every((tensor, i) => tensor === node.inputs[i]);
    rebuilt.set(node, same ? node : { ...node, inputs });
  }
  return tensors.map(now);
}
