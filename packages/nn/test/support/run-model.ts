import { hostTensor, type HostTensor, leaves, Rng, type Specs } from '@limbeck/core';
import {
  type Context,
  createContext,
  input,
  inputsFor,
  interpret,
  type Model,
  specsOf,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';

const word = { dtype: 'uint32', shape: [] } as const;

/** A context whose random numbers come from a fixed seed. */
export function contextOf(training: boolean): Context {
  return createContext({ training, seed: input('seed', word), draw: input('draw', word) });
}

/** A model applied to inputs, with fresh parameters and something to feed. */
export function applied<In extends TensorTree, Out, P extends TensorTree>(
  model: Model<In, Out, P>,
  values: object,
  options: { readonly training?: boolean; readonly seed?: number; readonly draw?: number } = {},
) {
  const { training = false, seed = 0, draw = 0 } = options;
  const { parameters } = model.init(Rng.from(seed));
  const tree = inputsFor<P>(specsOf(parameters) as unknown as Specs<P>, 'p');
  const context = contextOf(training);
  const { outputs } = model.apply({
    parameters: tree,
    state: {},
    inputs: inputsFor<In>(model.inputs, 'x'),
    context,
  });
  const feeds: { [name: string]: HostTensor } = {
    ...Object.fromEntries(leaves<HostTensor>(parameters, 'p')),
    ...Object.fromEntries(leaves<HostTensor>(values, 'x')),
    seed: hostTensor('uint32', [], [7]),
    draw: hostTensor('uint32', [], [draw]),
  };
  const weights = leaves<Tensor>(tree as object, 'p');
  return { outputs, feeds, weights, parameters };
}

/** A tensor's numbers. */
export function numbers(tensor: Tensor, feeds: { readonly [name: string]: HostTensor }): number[] {
  return Array.from(interpret({ tensor }, feeds).tensor.data as Iterable<number>, Number);
}

/** Bytes as a padded batch; what the mask hides is junk. */
export function textBatch(
  texts: readonly (readonly number[])[],
  length = Math.max(...texts.map((text) => text.length)),
) {
  const shape = [texts.length, length];
  const row = (text: readonly number[], fill: number): number[] => [
    ...text,
    ...new Array<number>(length - text.length).fill(fill),
  ];
  return {
    ids: hostTensor(
      'int64',
      shape,
      texts.flatMap((text) => row(text, 33)),
    ),
    mask: hostTensor(
      'int64',
      shape,
      texts.flatMap((text) =>
        row(
          text.map(() => 1),
          0,
        ),
      ),
    ),
  };
}
