import { checkBetween, checkPositive, checkWhole, LimbeckError } from '@limbeck/core';
import type { Context, Empty, Model, Tensor } from '@limbeck/tensor';
import { dropout } from './dropout.js';
import { featureCount, type FeatureTable } from './feature-table.js';
import {
  applyHead,
  checkHead,
  type FeatureInputs,
  type HeadOptions,
  mlp,
  type MlpOutputs,
  type MlpParameters,
} from './mlp.js';
import { checkNgramOptions, type NgramOptions } from './ngram-hash.js';
import { ngramIndices, type TextInputs } from './ngram-indices.js';
import { lookUp, tableToJson } from './table-lookup.js';

/** Options of {@link ngramClassifier}. */
export interface NgramClassifierOptions extends HeadOptions, NgramOptions {
  /** How many bytes of a text are read; for the collator and the tokenizer, since the graph takes any length. */
  readonly maxBytes: number;
  /** What becomes of the vector log(1 + counts): `l2` divides it by its length. @defaultValue 'l2' */
  readonly normalise?: 'none' | 'l2';
  /** Multiplies the features, so that layers behind unit vectors start at a useful size; above 0. @defaultValue 1 */
  readonly scale?: number;
  /** The share of n-grams, each where it stands in the text, that is left out in training. @defaultValue 0 */
  readonly ngramDropout?: number;
  /** Which buckets are features, so that the weights go to the most useful n-grams. @defaultValue all of them */
  readonly table?: FeatureTable;
}

/** What {@link ngramClassifier} computes. */
export interface NgramOutputs extends MlpOutputs {
  /** The n-gram features, float32 `[batch, width]`. */
  readonly features: Tensor;
}

/** A classifier of texts by their n-grams: the whole, and the same in two parts. */
export interface NgramClassifier extends Model<TextInputs, NgramOutputs, MlpParameters> {
  /** Texts to features; it has no parameters, so that features can be computed once and kept. */
  readonly featurizer: Model<TextInputs, { readonly features: Tensor }, Empty>;
  /** Features to logits, with the parameters of the whole. */
  readonly head: Model<FeatureInputs, MlpOutputs, MlpParameters>;
}

/**
 * Hashed n-grams of bytes, counted inside the graph, under a linear classifier or an MLP.
 *
 * ```text
 * f = log(1 + counts)        f ← scale · f / √(Σ f² + 10⁻¹²) with 'l2'        logits = head(f)
 * ```
 *
 * Taps: `features`, `hidden/0`, …, `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @example
 * ```ts
 * import { Rng } from '@limbeck/core';
 * import { countParameters, ngramClassifier } from '@limbeck/nn';
 *
 * const model = ngramClassifier({ labels: ['css', 'js'], orders: [1, 2], buckets: 1024, maxBytes: 512 });
 * console.log(countParameters(model.init(Rng.from(0)).parameters)); // 2050
 * ```
 * @see Joulin, Grave, Bojanowski and Mikolov, "Bag of Tricks for Efficient Text Classification", 2017, §2 (hashed
 * n-grams). {@link https://arxiv.org/abs/1607.01759}
 */
export function ngramClassifier(options: NgramClassifierOptions): NgramClassifier {
  const { orders, buckets, maxBytes, normalise = 'l2', scale = 1, table } = options;
  const { ngramDropout = 0 } = options;
  checkNgramOptions('ngramClassifier', options);
  checkWhole('ngramClassifier', { maxBytes }, orders[0]!, 'Use 512, for example.');
  checkPositive('ngramClassifier', { scale }, 'Use 1 to leave the features as they are.');
  checkBetween('ngramClassifier', { ngramDropout }, 0, 0.99, 'Use 0 for none, or 0.5.');
  if (normalise !== 'none' && normalise !== 'l2') {
    throw new LimbeckError('invalid-option', {
      where: 'ngramClassifier',
      given: `normalise ${JSON.stringify(normalise)}`,
      expected: "'none' or 'l2'",
      next: "Use 'l2', or leave it out.",
    });
  }
  const width = table === undefined ? buckets : featureCount('ngramClassifier', table, buckets);
  const config = {
    family: 'ngram',
    orders: [...orders],
    buckets,
    maxBytes,
    normalise,
    scale,
    ngramDropout,
    ...(table === undefined ? {} : { table: tableToJson(table) }),
  };
  const text = { dtype: 'int64', shape: ['batch', 'bytes'] } as const;
  const inputs = { ids: text, mask: text };
  const headConfig = checkHead('ngramClassifier', options);
  const head = mlp({ ...options, width });
  const featuresOf = (texts: TextInputs, context: Context): Tensor => {
    const { indices, weights: whole } = ngramIndices(texts, { orders, buckets });
    // Before they are counted: a mask over all buckets would be several times as large.
    const drop = { rate: ngramDropout, rescale: false, stream: 'ngrams' };
    const weights = dropout(context, whole, drop);
    const counts =
      table === undefined
        ? weights.scatterAddAlong(indices, buckets)
        : weights.scatterAddAlong(lookUp(table, indices), width + 1).slice(1, 1, width + 1);
    const logs = counts.add(1).log();
    if (normalise === 'none') return logs.mul(scale);
    // One division of a small tensor in place of a product over all features.
    return logs.div(logs.square().sum(-1, { keep: true }).add(1e-12).sqrt().div(scale));
  };

  return {
    config: { ...config, ...headConfig },
    inputs,
    head,
    featurizer: {
      config: { ...config, part: 'featurizer' },
      inputs,
      init: () => ({ parameters: {}, state: {} }),
      apply: ({ inputs: texts, state, context }) => ({
        outputs: { features: context.block('ngrams', (inner) => featuresOf(texts, inner)) },
        state,
      }),
    },
    init: (rng) => head.init(rng),
    apply: ({ parameters, inputs: texts, state, context }) => {
      const features = context.block('ngrams', (inner) => featuresOf(texts, inner));
      const outputs = applyHead(options, parameters, features, context);
      return { outputs: { ...outputs, features }, state };
    },
  };
}
