import { sameShape } from '../../dims.js';
import { broadcastShapes } from '../../ops/support.js';
import { Tensor } from '../../tensor.js';
import type { Pass } from '../rewrite.js';

/** Operators whose inputs broadcast, so that an expand before them is not needed. */
const broadcasting = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'equal',
  'greater',
  'greaterOrEqual',
  'less',
  'lessOrEqual',
  'and',
  'or',
  'where',
]);

/** Takes expands away in front of an operator that broadcasts anyway. Changes no bit. */
export const broadcasts: Pass = {
  name: 'broadcasts',
  start: () => (node) => {
    if (!broadcasting.has(node.operator.name)) return undefined;
    let inputs = node.inputs;
    inputs.forEach((tensor, i) => {
      if (tensor.node.operator.name !== 'expand') return;
      const trial = inputs.map((other, j) => (i === j ? tensor.node.inputs[0]! : other));
      const shape = broadcastShapes(node.operator.name, ...trial.map((input) => input.shape));
      if (sameShape(shape, node.outputs[0]!.shape)) inputs = trial;
    });
    return inputs === node.inputs ? undefined : [new Tensor({ ...node, inputs })];
  },
};
