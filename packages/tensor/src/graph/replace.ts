import type { Node } from '../operator.js';
import { Tensor } from '../tensor.js';
import { topologicalOrder } from './order.js';

/**
 * The same expressions with some tensors replaced. What does not depend on them stays the same node.
 *
 * @param stand - what stands in for a tensor; undefined where it stays
 */
export function replace(
  tensors: readonly Tensor[],
  stand: (tensor: Tensor) => Tensor | undefined,
): readonly Tensor[] {
  const rebuilt = new Map<Node, Node>();
  const now = (tensor: Tensor): Tensor => {
    const replaced = stand(tensor);
    if (replaced !== undefined) return replaced;
    const node = rebuilt.get(tensor.node)!;
    return node === tensor.node ? tensor : new Tensor(node, tensor.index);
  };
  for (const node of topologicalOrder(tensors)) {
    const inputs = node.inputs.map(now);
    const same = inputs.every((tensor, i) => tensor === node.inputs[i]);
    rebuilt.set(node, same ? node : { ...node, inputs });
  }
  return tensors.map(now);
}
