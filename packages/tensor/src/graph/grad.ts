import { LimbeckError } from '@limbeck/core';
import { checkNamedTensors, checkTensors } from '../check-tensors.js';
import { showShape } from '../dims.js';
import { full } from '../functions.js';
import type { GradientArguments, Node, Operator } from '../operator.js';
import { isFloat } from '../ops/support.js';
import { inScope, joinScope } from '../scope.js';
import { Tensor } from '../tensor.js';
import { topologicalOrder } from './order.js';

/** Which nodes lie between `wrt` and the loss. */
function reach(order: readonly Node[], wrt: readonly Tensor[]): Set<Node> {
  const starts = new Set(wrt.map(({ node }) => node));
  const reached = new Set<Node>();
  for (const node of order) {
    if (starts.has(node) || node.inputs.some((tensor) => reached.has(tensor.node)))
      reached.add(node);
  }
  return reached;
}

/**
 * Gradients of a scalar as expressions made of the same operators, so that gradients of gradients work.
 *
 * @param loss - a float scalar, shape `[]`
 * @param wrt - by what; where no path leads to the loss the gradient is zeros
 * @returns one tensor of the same shape for each of `wrt`
 * @throws LimbeckError `shape-mismatch` if the loss is no scalar; `not-differentiable` if an operator on the way
 * has no gradient; `invalid-data` for what is no tensor
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  checkTensors('grad', { 'the loss': loss });
  checkNamedTensors('grad', wrt, 'tensor');
  if (loss.shape.length !== 0 || !isFloat(loss.dtype)) {
    throw new LimbeckError('shape-mismatch', {
      where: 'grad',
      given: `a ${loss.dtype} tensor of shape ${showShape(loss.shape)}`,
      expected: 'a float scalar, shape []',
      next: 'Reduce it first, for example with .sum() or .mean().',
    });
  }
  const order = topologicalOrder([loss]);
  const reached = reach(order, wrt);
  const flows = new Map<Node, (Tensor | undefined)[]>();
  accumulate(flows, loss, loss.scalar(1));
  for (const node of order.reverse()) {
    const upstream = flows.get(node);
    if (
      upstream === undefined ||
      !reached.has(node) ||
      upstream.every((flow) => flow === undefined)
    )
      continue;
    const wanted = node.inputs.map((tensor) => reached.has(tensor.node) && isFloat(tensor.dtype));
    if (!wanted.includes(true)) continue;
    const gradients = inScope(joinScope(node.scope, 'grad'), () => backward(node, upstream));
    node.inputs.forEach((tensor, i) => {
      const gradient = gradients[i];
      if (wanted[i] === true && gradient !== undefined) accumulate(flows, tensor, gradient);
    });
  }
  return wrt.map(
    (tensor) => flows.get(tensor.node)?.[tensor.index] ?? full(tensor.shape, 0, tensor.dtype),
  );
}

function backward(
  node: Node,
  upstream: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const operator = node.operator as Operator;
  if (typeof operator.gradient === 'string') {
    throw new LimbeckError('not-differentiable', {
      where: `grad through ${operator.name}${node.scope === '' ? '' : ` in ${node.scope}`}`,
      given: operator.gradient,
      expected: 'an operator with a gradient',
      next: 'Put stopGradient() before it, or take it out of the path.',
    });
  }
  const outputs = node.outputs.map((_, index) => new Tensor(node, index));
  const given: GradientArguments<object> = {
    inputs: node.inputs,
    outputs,
    upstream,
    attributes: node.attributes,
  };
  return operator.gradient(given);
}

function accumulate(
  flows: Map<Node, (Tensor | undefined)[]>,
  tensor: Tensor,
  gradient: Tensor,
): void {
  const slots = flows.get(tensor.node) ?? [];
  const sofar = slots[tensor.index];
  slots[tensor.index] = sofar === undefined ? gradient : sofar.add(gradient);
  flows.set(tensor.node, slots);
}
