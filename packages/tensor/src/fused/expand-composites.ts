import { topologicalOrder } from '../graph/order.js';
import type { Node } from '../operator.js';
import { inScope } from '../scope.js';
import { Tensor } from '../tensor.js';
import { isComposite } from './composite.js';

/** The same outputs with every composite written out, so that what its parts share with the rest can be merged. */
export function expandComposites<Outputs extends { readonly [name: string]: Tensor }>(
  outputs: Outputs,
): Outputs {
  const order = topologicalOrder(Object.values(outputs));
  if (!order.some(({ operator }) => isComposite(operator))) return outputs;
  const rebuilt = new Map<Node, readonly Tensor[]>();
  for (const node of order) {
    const inputs = node.inputs.map((tensor) => rebuilt.get(tensor.node)![tensor.index]!);
    const { operator } = node;
    if (isComposite(operator)) {
      const parts = inScope(node.scope, () => operator.expand(inputs, node.attributes));
      rebuilt.set(node, parts);
      continue;
    }
    const same = inputs.every(
      (tensor, i) => tensor.node === node.inputs[i]!.node && tensor.index === node.inputs[i]!.index,
    );
    const next = same ? node : { ...node, inputs };
    rebuilt.set(
      node,
      node.outputs.map((_, index) => new Tensor(next, index)),
    );
  }
  const expanded = Object.fromEntries(
    Object.entries(outputs).map(([name, { node, index }]) => [name, rebuilt.get(node)![index]!]),
  ) as Outputs;
  // A composite may be made of others.
  return expandComposites(expanded);
}
