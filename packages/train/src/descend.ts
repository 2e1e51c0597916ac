import { type HostTree, hostTensor, leaves, mapTree, type Specs } from '@limbeck/core';
import { grad, type Optimizer, Tensor, type TensorTree } from '@limbeck/tensor';
import { normOf } from './norm-of.js';

/** An optimiser's state with its own count of updates: in alternating phases each optimiser is as old as its own updates. */
export type Descent<OS extends TensorTree> = {
  /** Moments and the like. */
  readonly moments: OS;
  /** Updates done by this optimiser, an int64 scalar. */
  readonly updates: Tensor;
};

/** What {@link descend} is given. */
export interface DescendArguments<P extends TensorTree, OS extends TensorTree> {
  /** What turns gradients into updates. */
  readonly optimizer: Optimizer<OS>;
  /** What moves. */
  readonly parameters: P;
  /** The optimiser's state, which {@link startDescent} made. */
  readonly descent: Descent<OS>;
  /** What becomes smaller: a scalar; or gradients by the paths of the parameters. */
  readonly loss: Tensor | { readonly [path: string]: Tensor };
  /** How many updates this optimiser does in all, an int64 scalar: what its schedule is reckoned by. */
  readonly steps: Tensor;
  /** What the rate is multiplied by: pass `context.rateScale` where a run may lower it. @defaultValue 1 */
  readonly rateScale?: Tensor;
}

/** A fresh state of an optimiser for these parameters. */
export function startDescent<P, OS extends TensorTree>(
  optimizer: Optimizer<OS>,
  parameters: HostTree<P>,
): HostTree<Descent<OS>> {
  const specs = leaves(parameters).map(([path, { dtype, shape }]) => [path, { dtype, shape }]);
  return {
    moments: optimizer.init(Object.fromEntries(specs) as { [path: string]: Specs<Tensor> }),
    updates: hostTensor('int64', [], [0]),
  };
}

/**
 * One update of a tree of parameters, for phases that are written by hand.
 *
 * The optimiser is told its own count of updates, not the run's: where phases alternate, the step of the run would
 * correct moments of Adam for updates that they never had.
 */
export function descend<P extends TensorTree, OS extends TensorTree>(
  given: DescendArguments<P, OS>,
): {
  /** The next parameters, in their tree. */
  readonly parameters: P;
  /** The next state of the optimiser. */
  readonly descent: Descent<OS>;
  /**
   * What the optimiser says of itself, such as its rate, and `gradientNorm`, that of what it moves: a phase that returns
   * it keeps no step whose gradient is not finite.
   */
  readonly metrics: { readonly [name: string]: Tensor };
} {
  const { optimizer, parameters, descent, loss, steps, rateScale } = given;
  const flat = Object.fromEntries(leaves<Tensor>(parameters));
  const paths = Object.keys(flat);
  const gradients = loss instanceof Tensor ? byPath(paths, grad(loss, Object.values(flat))) : loss;
  const updated = optimizer.update({
    parameters: flat,
    gradients,
    state: descent.moments,
    step: descent.updates,
    steps,
    ...(rateScale === undefined ? {} : { rateScale }),
  });
  return {
    parameters: mapTree<Tensor>(parameters, (_, path) => updated.parameters[path]!) as unknown as P,
    descent: { moments: updated.state, updates: descent.updates.add(1) },
    metrics: { ...normOf(optimizer, gradients), ...updated.metrics },
  };
}

function byPath(paths: readonly string[], tensors: readonly Tensor[]): { [path: string]: Tensor } {
  return Object.fromEntries(paths.map((path, i) => [path, tensors[i]!]));
}
