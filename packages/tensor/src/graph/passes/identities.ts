import { sameShape } from '../../dims.js';
import type { Node, Operator } from '../../operator.js';
import type { ReduceAttributes } from '../../ops/reduce.js';
import type { TransposeAttributes } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';
import type { Pass } from '../rewrite.js';
import { scalarOf } from './constants.js';

/** Leaves out what changes nothing: + 0, · 1, a reshape to the same shape, a sum over one element. Changes no bit. */
export const identities: Pass = {
  name: 'identities',
  start: () => (node) => {
    if ((node.operator as Operator).transparent === true) {
      return node.inputs.slice(0, node.outputs.length);
    }
    const same = repeated(node) ?? reduced(node);
    return same === undefined ? undefined : [same];
  },
};

/** What is reduced over axes of one element, in the shape that comes out. */
function reduced({ operator, inputs: [x], outputs, attributes }: Node): Tensor | undefined {
  if (!['sum', 'max', 'min'].includes(operator.name)) return undefined;
  const { axes } = attributes as ReduceAttributes;
  return axes.every((axis) => x!.shape[axis] === 1) ? x!.reshape(outputs[0]!.shape) : undefined;
}

/** The tensor that a node merely repeats. */
function repeated({ operator, inputs, outputs, attributes }: Node): Tensor | undefined {
  const [a, b] = inputs;
  const whole = (tensor: Tensor | undefined): Tensor | undefined =>
    tensor !== undefined && sameShape(tensor.shape, outputs[0]!.shape) ? tensor : undefined;
  switch (operator.name) {
    case 'reshape':
    case 'expand':
      return whole(a);
    case 'transpose':
      return (attributes as TransposeAttributes).order.every((axis, i) => axis === i)
        ? a
        : undefined;
    case 'add':
      return scalarOf(b) === 0 ? whole(a) : scalarOf(a) === 0 ? whole(b) : undefined;
    case 'sub':
      return scalarOf(b) === 0 ? whole(a) : undefined;
    case 'mul':
      return scalarOf(b) === 1 ? whole(a) : scalarOf(a) === 1 ? whole(b) : undefined;
    case 'div':
      return scalarOf(b) === 1 ? whole(a) : undefined;
    default:
      return undefined;
  }
}
