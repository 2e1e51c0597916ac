import { type HostTree, leaves, mapTree } from '@limbeck/core';
import { createContext, type Model, type Tensor, type TensorTree } from '@limbeck/tensor';
import type { Shippable } from './program.js';
import { flattenState } from './state-tree.js';

/**
 * A model's forward pass with its trained values, ready for a file: `parameters/…` and `state/…` are the names of
 * the values, the paths of inputs and outputs those of the file's.
 */
export function ship<In extends TensorTree, Out, P extends TensorTree, S extends TensorTree>(
  model: Model<In, Out, P, S>,
  parameters: HostTree<P>,
  state: HostTree<S>,
): Shippable {
  const tree = { parameters, state };
  return {
    inputs: Object.fromEntries(leaves(model.inputs)),
    values: flattenState(tree),
    build: (values, inputs) => {
      const players = mapTree<Tensor>(tree, (_leaf, path) => values[path]!) as unknown as {
        readonly parameters: P;
        readonly state: S;
      };
      const given = mapTree<Tensor>(model.inputs, (_leaf, path) => inputs[path]!) as unknown as In;
      const context = createContext({ training: false });
      const { outputs } = model.apply({ ...players, inputs: given, context });
      return Object.fromEntries(leaves<Tensor>(outputs));
    },
  };
}
