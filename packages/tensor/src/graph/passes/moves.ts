import type { Node } from '../../operator.js';
import type { MatmulAttributes } from '../../ops/matmul.js';
import type { ShapeAttributes, TransposeAttributes } from '../../ops/shape.js';
import { Tensor } from '../../tensor.js';
import type { GraphFacts, Pass } from '../rewrite.js';

/**
 * Cancels what only moves elements: a transpose of a transpose, a reshape of a reshape, a transpose beside a product, which
 * products do as they go. Changes no bit of what is computed.
 */
export const moves: Pass = {
  name: 'moves',
  late: true,
  start: (facts) => (node) => {
    switch (node.operator.name) {
      case 'transpose':
        return transposed(node, facts);
      case 'reshape':
        return reshaped(node);
      case 'matmul':
      case 'gemm':
        return withoutTransposes(node);
      default:
        return undefined;
    }
  },
};

function transposed(node: Node, facts: GraphFacts): readonly Tensor[] | undefined {
  const [x] = node.inputs as [Tensor];
  const { order } = node.attributes as TransposeAttributes;
  if (x.node.operator.name === 'transpose') {
    const inner = (x.node.attributes as TransposeAttributes).order;
    return [x.node.inputs[0]!.transpose(order.map((axis) => inner[axis]!))];
  }
  if (x.node.operator.name !== 'matmul' || !swapsLast(order) || !facts.readBy1(x)) return undefined;
  // (A B)ᵀ = Bᵀ Aᵀ
  const [a, b] = x.node.inputs as [Tensor, Tensor];
  const { transposeA, transposeB } = x.node.attributes as MatmulAttributes;
  return [b.matmul(a, { transposeA: !transposeB, transposeB: !transposeA })];
}

function reshaped(node: Node): readonly Tensor[] | undefined {
  const [x] = node.inputs as [Tensor];
  if (x.node.operator.name !== 'reshape') return undefined;
  return [x.node.inputs[0]!.reshape((node.attributes as ShapeAttributes).shape)];
}

/** Whether an order exchanges the last two axes and leaves the others. */
function swapsLast(order: readonly number[]): boolean {
  const rank = order.length;
  return order.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
}

function withoutTransposes(node: Node): readonly Tensor[] | undefined {
  const attributes = node.attributes as MatmulAttributes;
  const flags = [attributes.transposeA, attributes.transposeB];
  const inputs = node.inputs.map((tensor, i) => {
    const { operator, attributes: how, inputs: from } = tensor.node;
    const swaps =
      i < 2 && operator.name === 'transpose' && swapsLast((how as TransposeAttributes).order);
    if (!swaps) return tensor;
    flags[i] = !flags[i]!;
    return from[0]!;
  });
  if (inputs.every((tensor, i) => tensor === node.inputs[i])) return undefined;
  const [transposeA, transposeB] = flags;
  const next = { ...node, inputs, attributes: { ...attributes, transposeA, transposeB } };
  return [new Tensor(next)];
}
