import { type HostTensor, hostTensor, leaves, Rng } from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import { encoderClassifier, type EncoderClassifierParameters } from '@limbeck/nn';
import { adamw, type AdamwState, clipByGlobalNorm } from '@limbeck/optim';
import {
  createContext,
  grad,
  input,
  inputsFor,
  type OnnxGraph,
  reduceTerms,
  specsOf,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';

type HostTensors = { readonly [name: string]: HostTensor };

/** A training step and all that it takes to run it. */
export interface EncoderStep {
  readonly graph: OnnxGraph;
  readonly carry: { readonly [output: string]: string };
  readonly state: HostTensors;
  /** What each step is fed. */
  readonly feeds: readonly HostTensors[];
}

const [batch, tokens, vocabulary] = [8, 12, 40];
const text = { dtype: 'int64', shape: [batch, tokens] } as const;

/** Forward, backward, clipping and AdamW of a small encoder, in one graph. */
export function encoderStep(steps: number): EncoderStep {
  const model = encoderClassifier({
    labels: ['none', 'some', 'many'],
    vocabulary,
    maxTokens: tokens,
    width: 16,
    layers: 2,
    heads: 2,
    feedForward: 32,
  });
  const rng = Rng.from(5);
  const weights = model.init(rng.stream('weights')).parameters;
  const parameters = inputsFor<EncoderClassifierParameters>(specsOf(weights), 'weights');
  const byPath = Object.fromEntries(leaves<Tensor>(parameters));
  const step = input('step', { dtype: 'int64', shape: [] });
  const context = createContext({ training: true, step });
  const inputs = { ids: input('ids', text), mask: input('mask', text) };
  const labels = input('labels', { dtype: 'int64', shape: [batch] });
  const { logits } = model.apply({ parameters, state: {}, inputs, context }).outputs;
  const given = { parameters: {}, state: {}, context };
  const loss = reduceTerms(crossEntropy().apply({ student: { logits }, labels }, given).terms);
  const optimizer = clipByGlobalNorm(adamw({ rate: 3e-3 }), 1);
  const fresh = optimizer.init(byPath);
  const paths = Object.keys(byPath);
  const gradients = grad(loss, Object.values(byPath));
  const next = optimizer.update({
    parameters: byPath,
    gradients: Object.fromEntries(paths.map((path, i) => [path, gradients[i]!])),
    state: inputsFor<AdamwState>(specsOf(fresh), 'moments'),
    step,
    steps: context.steps,
  });

  const outputs: { [name: string]: Tensor } = { loss };
  const carry: { [output: string]: string } = {};
  const state: { [name: string]: HostTensor } = {};
  const keep = (name: string, after: unknown, start: unknown): void => {
    for (const [path, tensor] of leaves<Tensor>(after)) outputs[`next/${name}/${path}`] = tensor;
    for (const [path, value] of leaves<HostTensor>(start)) {
      state[`${name}/${path}`] = value;
      carry[`next/${name}/${path}`] = `${name}/${path}`;
    }
  };
  keep('weights', next.parameters, weights);
  keep('moments', next.state, fresh);
  const feeds = Array.from({ length: steps }, (_, at) => feedAt(at, rng.stream(`batch ${at}`)));
  return { graph: toOnnx(outputs), carry, state, feeds };
}

/** Texts of random tokens, whose class is how often token 1 is among them. */
function feedAt(at: number, rng: Rng): HostTensors {
  const ids = BigInt64Array.from({ length: batch * tokens }, () =>
    BigInt(rng.uniform() < 0.15 ? 1 : rng.integer(vocabulary)),
  );
  const rows = Array.from({ length: batch }, (_, row) =>
    ids.subarray(row * tokens, (row + 1) * tokens),
  );
  const labels = rows.map((row) => BigInt(Math.min(2, row.filter((id) => id === 1n).length)));
  return {
    ids: hostTensor('int64', text.shape, ids),
    mask: hostTensor('int64', text.shape, new BigInt64Array(batch * tokens).fill(1n)),
    labels: hostTensor('int64', [batch], BigInt64Array.from(labels)),
    step: hostTensor('int64', [], [at]),
  };
}
