import type { Node } from '../../operator.js';
import type { AlongAttributes } from '../../ops/index-ops.js';
import type { ReduceAttributes } from '../../ops/reduce.js';
import type { Tensor } from '../../tensor.js';
import type { GraphFacts, Pass } from '../rewrite.js';

/** From so many classes on a logarithm of each costs more than a second look at the logits. */
const manyClasses = 512;

/**
 * Keeps cross-entropy over many classes sparse: the logarithm is taken of one class a row, and the label's −1 is added onto the
 * probabilities, where LogSoftmax would write every class and a one-hot tensor of zeros would be subtracted. Changes last bits.
 */
export const crossEntropy: Pass = {
  name: 'cross-entropy',
  late: true,
  start: (facts) => (node) => {
    switch (node.operator.name) {
      case 'exp':
        return is(node.inputs[0], 'logSoftmax') ? [softmaxOf(node.inputs[0]!)] : undefined;
      case 'sum':
        return sumOfScattered(node);
      case 'takeAlong':
        return takenLogarithm(node, facts);
      case 'sub':
      case 'add':
        return scattered(node, facts);
      default:
        return undefined;
    }
  },
};

function is(tensor: Tensor | undefined, operator: string): boolean {
  return tensor?.node.operator.name === operator;
}

function softmaxOf(logSoftmax: Tensor): Tensor {
  return logSoftmax.node.inputs[0]!.softmax();
}

/** What was scattered along an axis sums to what it summed to before. */
function sumOfScattered(node: Node): readonly Tensor[] | undefined {
  const [x] = node.inputs as [Tensor];
  const { axes, keep } = node.attributes as ReduceAttributes;
  if (!is(x, 'scatterAddAlong') || axes.length !== 1) return undefined;
  if ((x.node.attributes as AlongAttributes).axis !== axes[0]) return undefined;
  return [x.node.inputs[0]!.sum(axes, { keep })];
}

/** log softmax(x) at some classes as x − log Σ e^x there; the largest probability says what Σ e^(x − max) is. */
function takenLogarithm(node: Node, facts: GraphFacts): readonly Tensor[] | undefined {
  const [logarithm, indices] = node.inputs as [Tensor, Tensor];
  if (!is(logarithm, 'logSoftmax') || !facts.readBy1(logarithm)) return undefined;
  const { axis } = node.attributes as { readonly axis: number };
  const classes = logarithm.shape.at(-1)!;
  const last = axis === logarithm.shape.length - 1;
  if (!last || typeof classes !== 'number' || classes < manyClasses) return undefined;
  const x = logarithm.node.inputs[0]!;
  // The largest of the probabilities is at least one over their number, so its logarithm is finite.
  const largest = x.softmax().max(-1, { keep: true }).log();
  return [
    x
      .gatherAlong(-1, indices)
      .sub(x.max(-1, { keep: true }))
      .add(largest),
  ];
}

/** scatter(u) − p s as p (−s) with u added onto it. */
function scattered(node: Node, facts: GraphFacts): readonly Tensor[] | undefined {
  const [x, y] = node.inputs as [Tensor, Tensor];
  if (!is(x, 'scatterAddAlong') || !facts.readBy1(x)) return undefined;
  const { axis, size } = x.node.attributes as AlongAttributes;
  if (typeof size !== 'number' || size < manyClasses || y.shape.length !== x.shape.length) {
    return undefined;
  }
  const [updates, indices] = x.node.inputs as [Tensor, Tensor];
  if (node.operator.name === 'sub') {
    const [p, s] = y.node.inputs;
    // One label a row: p s − scatter(s) is s times what p lacks of it.
    if (is(y, 'mul') && s!.node === updates.node && s!.index === updates.index) {
      const less = updates.scalar(-1).expand(updates.shape);
      return [p!.scatterOnto(less, indices, axis).mul(updates.neg())];
    }
  }
  const base = node.operator.name === 'add' ? y : negated(y);
  if (base === undefined || String(base.shape) !== String(x.shape)) return undefined;
  return [base.scatterOnto(updates, indices, axis)];
}

/** −(p s) as p (−s), where s has one element a row: the minus costs a row what it would cost a tensor. */
function negated({ node }: Tensor): Tensor | undefined {
  const [p, s] = node.inputs;
  if (node.operator.name !== 'mul' || s!.shape.at(-1) !== 1) return undefined;
  return p!.mul(s!.neg());
}
