import type { Node, Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';

/** The inputs that a node's value depends on: all but those that matter to its gradient alone. */
export function forwardInputs({ operator, inputs, attributes }: Node): readonly Tensor[] {
  const count = (operator as Operator).forwardInputs?.(attributes);
  return count === undefined ? inputs : inputs.slice(0, count);
}

/**
 * The nodes that these tensors need, each after what it needs, in a fixed order. Deep graphs do not overflow the stack.
 *
 * @param inputsOf - what a node needs: all of its inputs, or those of its value ({@link forwardInputs})
 */
export function topologicalOrder(
  tensors: readonly Tensor[],
  inputsOf: (node: Node) => readonly Tensor[] = ({ inputs }) => inputs,
): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  const open: { node: Node; inputs: readonly Tensor[]; next: number }[] = [];
  const enter = (node: Node): void => void open.push({ node, inputs: inputsOf(node), next: 0 });
  for (const tensor of tensors) {
    if (!done.has(tensor.node)) enter(tensor.node);
    while (open.length > 0) {
      const top = open.at(-1)!;
      const child = top.inputs[top.next++]?.node;
      if (child === undefined) {
        if (!done.has(top.node)) order.push(top.node);
        done.add(top.node);
        open.pop();
      } else if (!done.has(child)) {
        enter(child);
      }
    }
  }
  return order;
}
