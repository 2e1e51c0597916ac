import { type HostTensor, type HostTree, leaves } from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import type { EncoderClassifierParameters } from '@limbeck/nn';
import { adamw, type AdamwState, clipByGlobalNorm } from '@limbeck/optim';
import {
  createContext,
  grad,
  input,
  inputsFor,
  reduceTerms,
  specsOf,
  type Tensor,
} from '@limbeck/tensor';
import { oneHotEncoder } from './encoder.js';
import { adamw as numbers, type Lookup, type Sizes } from './sizes.js';
import { classifier } from './start.js';

/** How a step is built. */
export interface StepOptions {
  readonly sizes: Sizes;
  readonly lookup: Lookup;
  /** The largest global norm of the gradients that passes as it is. @defaultValue no clipping */
  readonly clip?: number | undefined;
}

/** A training step as expressions. */
export interface StepGraph {
  /** A scalar. */
  readonly loss: Tensor;
  /** One for each weight. */
  readonly gradients: readonly Tensor[];
  /** `loss`, and `next/…` for everything that is carried. */
  readonly outputs: { readonly [name: string]: Tensor };
  /** Which output becomes which input of the next step. */
  readonly carry: { readonly [output: string]: string };
  /** Where the state starts, by input. */
  readonly state: { readonly [input: string]: HostTensor };
}

/** Forward, backward and AdamW over weights that start as given. */
export function stepGraph(
  weights: HostTree<EncoderClassifierParameters>,
  options: StepOptions,
): StepGraph {
  const { sizes, lookup, clip } = options;
  const { batch, tokens } = sizes;
  const model = classifier(sizes);
  const parameters = inputsFor<EncoderClassifierParameters>(specsOf(weights), 'weights');
  const byPath = Object.fromEntries(leaves<Tensor>(parameters));
  const paths = Object.keys(byPath);
  const text = { dtype: 'int64', shape: [batch, tokens] } as const;
  const inputs = { ids: input('ids', text), mask: input('mask', text) };
  const labels = input('labels', { dtype: 'int64', shape: [batch] });
  const step = input('step', { dtype: 'int64', shape: [] });
  const context = createContext({ training: true, step });

  const logits =
    lookup === 'gather'
      ? model.apply({ parameters, state: {}, inputs, context }).outputs.logits
      : oneHotEncoder(parameters, inputs, context, sizes);
  const given = { parameters: {}, state: {}, context };
  const loss = reduceTerms(crossEntropy().apply({ student: { logits }, labels }, given).terms);
  const gradients = grad(
    loss,
    paths.map((path) => byPath[path]!),
  );
  const plain = adamw({ ...numbers });
  const optimizer = clip === undefined ? plain : clipByGlobalNorm(plain, clip);
  const fresh = optimizer.init(byPath);
  const moments = inputsFor<AdamwState>(specsOf(fresh), 'moments');
  const updated = optimizer.update({
    parameters: byPath,
    gradients: Object.fromEntries(paths.map((path, i) => [path, gradients[i]!])),
    state: moments,
    step,
    steps: context.steps,
  });

  const outputs: { [name: string]: Tensor } = { loss };
  const carry: { [output: string]: string } = {};
  const state: { [input: string]: HostTensor } = {};
  const keep = (name: string, next: unknown, start: unknown): void => {
    for (const [path, tensor] of leaves<Tensor>(next)) outputs[`next/${name}/${path}`] = tensor;
    for (const [path, value] of leaves<HostTensor>(start)) state[`${name}/${path}`] = value;
  };
  keep('weights', updated.parameters, weights);
  keep('moments', updated.state, fresh);
  for (const name of Object.keys(state)) carry[`next/${name}`] = name;
  return { loss, gradients, outputs, carry, state };
}
