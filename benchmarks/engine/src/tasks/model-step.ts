import { type HostTensor, type HostTree, leaves } from '@limbeck/core';
import {
  type Context,
  createContext,
  grad,
  input,
  inputsFor,
  type Optimizer,
  specsOf,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';
import type { Steppable } from '../load-step.js';

/** What a step of a model is built from. */
export interface ModelStep<P, S> {
  readonly parameters: HostTree<P>;
  /** What the model carries along, such as running statistics. */
  readonly state: HostTree<S>;
  readonly optimizer: Optimizer<TensorTree>;
  /** The loss, a scalar, and the model's next state. */
  readonly forward: (given: {
    readonly parameters: P;
    readonly state: S;
    readonly context: Context;
  }) => { readonly loss: Tensor; readonly state: S };
}

/** Forward, backward and update of a model; it is fed `step` beside what the model asks for. */
export function modelStep<P, S>({
  parameters,
  state,
  optimizer,
  forward,
}: ModelStep<P, S>): Steppable {
  const step = input('step', { dtype: 'int64', shape: [] });
  const context = createContext({ training: true, step });
  const own = inputsFor<P>(specsOf(parameters) as never, 'weights');
  const carried = inputsFor<S>(specsOf(state) as never, 'state');
  const { loss, state: next } = forward({ parameters: own, state: carried, context });
  const byPath = Object.fromEntries(leaves<Tensor>(own));
  const paths = Object.keys(byPath);
  const gradients = grad(loss, Object.values(byPath));
  const fresh = optimizer.init(byPath);
  const updated = optimizer.update({
    parameters: byPath,
    gradients: Object.fromEntries(paths.map((path, i) => [path, gradients[i]!])),
    state: inputsFor(specsOf(fresh) as never, 'moments'),
    step,
    steps: context.steps,
  });
  const outputs: { [name: string]: Tensor } = { loss };
  const start: { [input: string]: HostTensor } = {};
  const keep = (name: string, after: unknown, before: unknown): void => {
    for (const [path, tensor] of leaves<Tensor>(after)) outputs[`next/${name}/${path}`] = tensor;
    for (const [path, value] of leaves<HostTensor>(before)) start[`${name}/${path}`] = value;
  };
  keep('weights', updated.parameters, parameters);
  keep('moments', updated.state, fresh);
  keep('state', next, state);
  const carry = Object.fromEntries(Object.keys(start).map((name) => [`next/${name}`, name]));
  return { outputs, carry, state: start };
}
