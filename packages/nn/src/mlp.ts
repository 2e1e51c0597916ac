import { checkBetween, checkWhole, type HostTree, type JsonObject } from '@limbeck/core';
import type { Context, Model, Tensor } from '@limbeck/tensor';
import { checkLabels } from './labels.js';
import { dropout } from './dropout.js';
import { kaimingNormal, zeros } from './initialisers.js';
import { linear, type LinearParameters, linearParameters } from './linear.js';

/** A feature vector an example, float32 `[batch, width]`. */
export type FeatureInputs = {
  /** float32 `[batch, width]`. */
  readonly features: Tensor;
};

/** Parameters of {@link mlp}: `layers/0/weight`, `layers/0/bias`, … */
export type MlpParameters = {
  /** The hidden layers, then the classifier. */
  readonly layers: readonly LinearParameters[];
};

/** What {@link mlp} computes. */
export interface MlpOutputs {
  /** `[batch, labels]`. */
  readonly logits: Tensor;
  /** What the last layer reads, `[batch, width]`. */
  readonly hidden: Tensor;
}

/** Options of {@link mlp} and of every classifier that ends in one. */
export interface HeadOptions {
  /** Names of the classes, in the order of the logits. */
  readonly labels: readonly string[];
  /** Widths of the hidden layers; none is a linear classifier. @defaultValue [] */
  readonly hidden?: readonly number[];
  /** The share of hidden units dropped in training. @defaultValue 0 */
  readonly dropout?: number;
  /** The share of features dropped in training, each as a whole. @defaultValue 0 */
  readonly featureDropout?: number;
  /** Whether kept features are divided by 1 − featureDropout. @defaultValue true */
  readonly rescaleFeatures?: boolean;
}

/** Options of {@link mlp}. */
export interface MlpOptions extends HeadOptions {
  /** How many features come in. */
  readonly width: number;
}

/**
 * Layers of ReLU units and a linear one: a classifier of feature vectors. Taps: `features` (after their dropout),
 * `hidden/0`, …, `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @example
 * ```ts
 * import { Rng } from '@limbeck/core';
 * import { countParameters, mlp } from '@limbeck/nn';
 *
 * const model = mlp({ width: 64, hidden: [32], labels: ['no', 'yes'] });
 * console.log(countParameters(model.init(Rng.from(0)).parameters)); // 2146
 * ```
 */
export function mlp(options: MlpOptions): Model<FeatureInputs, MlpOutputs, MlpParameters> {
  const head = checkHead('mlp', options);
  checkWhole('mlp', { width: options.width }, 1, 'Pass how many features come in.');
  return {
    config: { family: 'mlp', width: options.width, ...head },
    inputs: { features: { dtype: 'float32', shape: ['batch', options.width] } },
    init: (rng) => ({ parameters: headParameters(rng, options), state: {} }),
    apply: ({ parameters, inputs, state, context }) => ({
      outputs: applyHead(options, parameters, inputs.features, context),
      state,
    }),
  };
}

/** The options of a head as JSON, defaults filled in. @throws LimbeckError `invalid-option` */
export function checkHead(where: string, options: HeadOptions): JsonObject {
  const { labels, hidden = [], featureDropout = 0, rescaleFeatures = true } = options;
  checkLabels(where, labels);
  for (const width of hidden) checkWhole(where, { hidden: width }, 1, 'Pass widths of layers.');
  const rates = { dropout: options.dropout ?? 0, featureDropout };
  checkBetween(where, rates, 0, 0.99, 'Use 0 for none, or a share such as 0.1.');
  return { labels: [...labels], hidden: [...hidden], ...rates, rescaleFeatures };
}

/** Fresh parameters of a head. */
function headParameters(
  rng: Parameters<Model<FeatureInputs, MlpOutputs, MlpParameters>['init']>[0],
  { width, hidden = [], labels }: MlpOptions,
): HostTree<MlpParameters> {
  const widths = [width, ...hidden, labels.length];
  const layers = widths.slice(1).map((to, i) => {
    const last = i === widths.length - 2;
    // A linear classifier starts at equal logits; behind hidden layers that would stop their gradient.
    const weight = last ? (hidden.length === 0 ? zeros : undefined) : kaimingNormal;
    const stream = rng.stream(`layers/${i}`);
    return linearParameters(stream, widths[i]!, to, weight === undefined ? {} : { weight });
  });
  return { layers };
}

/** Features to logits. */
export function applyHead(
  options: HeadOptions,
  parameters: MlpParameters,
  features: Tensor,
  context: Context,
): MlpOutputs {
  const { featureDropout = 0, rescaleFeatures = true } = options;
  const kept = dropout(context, features, {
    rate: featureDropout,
    rescale: rescaleFeatures,
    stream: 'features',
  });
  let hidden = context.tap('features', kept);
  const last = parameters.layers.length - 1;
  for (const [i, layer] of parameters.layers.slice(0, last).entries()) {
    hidden = context.block(`hidden/${i}`, (inner) =>
      dropout(inner, linear(layer, hidden).relu(), { rate: options.dropout ?? 0 }),
    );
    hidden = context.tap(`hidden/${i}`, hidden);
  }
  const logits = context.block('classifier', () => linear(parameters.layers[last]!, hidden));
  return { logits: context.tap('logits', logits), hidden };
}
