import { type HostTree, leaves, mapTree, type Rng } from '@limbeck/core';
import type { Average } from '@limbeck/optim';
import {
  type Context,
  grad,
  type Model,
  type Optimizer,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';
import {
  type AnyFunction,
  descend,
  type Descent,
  startDescent,
  type StateTree,
} from '@limbeck/train';

/** A player that learns: its parameters and its own optimiser's state. */
export type Learner<P extends TensorTree, OS extends TensorTree> = {
  readonly parameters: P;
  readonly descent: Descent<OS>;
};

/** A learner that starts at these parameters. */
export function startAt<P extends TensorTree, OS extends TensorTree>(
  parameters: HostTree<P>,
  optimizer: Optimizer<OS>,
): HostTree<Learner<P, OS>> {
  const descent = startDescent(optimizer, parameters);
  return { parameters, descent } as unknown as HostTree<Learner<P, OS>>;
}

/** A fresh one. */
export function learner<In extends TensorTree, Out, P extends TensorTree, OS extends TensorTree>(
  model: Model<In, Out, P>,
  optimizer: Optimizer<OS>,
  rng: Rng,
): HostTree<Learner<P, OS>> {
  return startAt<P, OS>(model.init(rng).parameters, optimizer);
}

/** The learner after one step down a loss, or along gradients. */
export function learn<P extends TensorTree, OS extends TensorTree>(
  { parameters, descent }: Learner<P, OS>,
  optimizer: Optimizer<OS>,
  loss: Tensor | { readonly [path: string]: Tensor },
  { steps }: Context,
): Learner<P, OS> {
  const next = descend({ optimizer, parameters, descent, loss, steps });
  return { parameters: next.parameters, descent: next.descent };
}

/** θ − rate · ∂loss/∂θ as an expression: a step that is not taken, but looked at. */
export function moved<P extends TensorTree>(theta: P, loss: Tensor, rate: number): P {
  const flat = leaves<Tensor>(theta);
  const slopes = grad(
    loss,
    flat.map(([, leaf]) => leaf),
  );
  const next = Object.fromEntries(
    flat.map(([path, leaf], i) => [path, leaf.sub(slopes[i]!.mul(rate))]),
  );
  return mapTree(theta, (_, path) => next[path]!) as unknown as P;
}

/** The running average of a tree of parameters after a step. */
export function averaged<P extends TensorTree>(
  averaging: Average,
  {
    average,
    parameters,
    step,
  }: { readonly average: P; readonly parameters: P; readonly step: Tensor },
): P {
  const flat = (tree: P): { [path: string]: Tensor } => Object.fromEntries(leaves<Tensor>(tree));
  const next = averaging.update({ average: flat(average), parameters: flat(parameters), step });
  return mapTree(average, (_, path) => next[path]!) as unknown as P;
}

/** What a model without state makes of inputs. */
export function run<In extends TensorTree, Out, P extends TensorTree>(
  model: Model<In, Out, P>,
  parameters: P,
  inputs: In,
  context: Context,
): Out {
  return model.apply({ parameters, state: {}, inputs, context }).outputs;
}

/** A function of the program that runs a model without state, training off. */
export function predicts<State extends StateTree, In extends TensorTree, Out, P extends TensorTree>(
  model: Model<In, Out, P>,
  pick: (state: State) => P,
): AnyFunction<State> {
  return {
    inputs: model.inputs as AnyFunction<State>['inputs'],
    apply: (state: State, inputs: In, context: Context) =>
      model.apply({ parameters: pick(state), state: {}, inputs, context })
        .outputs as unknown as TensorTree,
  };
}
