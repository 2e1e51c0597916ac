import type { Specs } from '@limbeck/core';
import { type Model, specsOf, type Tensor } from '@limbeck/tensor';
import { sparseWeights } from '../heads/sparse-weights.js';
import { layerNorm, type LayerNormParameters } from '../layer-norm.js';
import { linear, type LinearParameters } from '../linear.js';
import { freshScale, freshShift, start } from '../weights/fresh.js';
import type { WeightNames } from '../weights/named-weights.js';
import { bertEncoder, type BertInputs, type BertOptions, type BertOutputs } from './bert.js';
import { bertNames } from './bert-names.js';
import { type BertParameters, freshLinear } from './bert-parameters.js';

/** Options of {@link bertMaskedLm}. */
export interface BertMaskedLmOptions extends BertOptions {
  /** How `weights` come from the tokens' logits. @defaultValue 'max' */
  readonly sparsePooling?: 'max' | 'sum';
}

/** Parameters of {@link bertMaskedLm}. */
export type BertMaskedLmParameters = {
  /** The encoder, without pooler. Its table of words, transposed, gives the logits. */
  readonly encoder: BertParameters;
  /** `[width, width]`. */
  readonly transform: LinearParameters;
  /** After its GELU. */
  readonly transformNorm: LayerNormParameters;
  /** Added to the logits, `[vocabulary]`. */
  readonly bias: Tensor;
};

/** What {@link bertMaskedLm} computes. */
export interface BertMaskedLmOutputs extends BertOutputs {
  /** `[batch, tokens, vocabulary]`: of the word at each place. */
  readonly logits: Tensor;
  /** A text's sparse weights of words, `[batch, vocabulary]` (see {@link sparseWeights}). */
  readonly weights: Tensor;
}

/** A {@link bertMaskedLm} and the specs of its parameters. */
export interface BertMaskedLm extends Model<
  BertInputs,
  BertMaskedLmOutputs,
  BertMaskedLmParameters
> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<BertMaskedLmParameters>;
}

/**
 * BERT with the head that guesses masked words; pooled over a text, the same logits are a sparse retriever's weights
 * (SPLADE). There is no pooler. Taps: those of the encoder, `logits`, `weights`.
 *
 * @throws LimbeckError `invalid-option`
 * @see Devlin et al. 2019, §3.1; Formal et al., "SPLADE v2", 2021. {@link https://arxiv.org/abs/2109.10086}
 */
export function bertMaskedLm(options: BertMaskedLmOptions): BertMaskedLm {
  const { sparsePooling = 'max', ...rest } = options;
  const encoder = bertEncoder({ ...rest, pooler: false });
  const { width, vocabulary, epsilon = 1e-12 } = rest;
  const own: Specs<Omit<BertMaskedLmParameters, 'encoder'>> = {
    transform: freshLinear(width, width),
    transformNorm: { gamma: freshScale(width), beta: freshShift(width) },
    bias: freshShift(vocabulary),
  };
  return {
    config: { ...encoder.config, family: 'bertMaskedLm', sparsePooling },
    parameterSpecs: specsOf<Specs<BertMaskedLmParameters>>({
      encoder: encoder.parameterSpecs,
      ...own,
    }),
    inputs: encoder.inputs,
    init: (rng) => ({
      parameters: {
        encoder: encoder.init(rng.stream('encoder')).parameters,
        ...start<Omit<BertMaskedLmParameters, 'encoder'>>(own, rng),
      },
      state: {},
    }),
    apply: ({ parameters, inputs, state, context }) => {
      const { transform, transformNorm, bias } = parameters;
      const given = { parameters: parameters.encoder, inputs, state: {}, context };
      const { outputs } = encoder.apply(given);
      const logits = context.block('head', () => {
        const turned = layerNorm(transformNorm, linear(transform, outputs.states).gelu(), epsilon);
        const flat = turned.reshape([-1, width]);
        const product = flat.matmul(parameters.encoder.words.table, { transposeB: true });
        return product.add(bias).reshape([...outputs.states.shape.slice(0, -1), vocabulary]);
      });
      const tapped = context.tap('logits', logits);
      const weights = context.tap('weights', sparseWeights(tapped, inputs.mask, sparsePooling));
      return { outputs: { ...outputs, logits: tapped, weights }, state };
    },
  };
}

/** Where BERT's files keep the parameters of a {@link bertMaskedLm}: `cls.predictions.transform.dense.weight`. */
export const bertMaskedLmNames: WeightNames = (path) => {
  if (path.startsWith('encoder/')) return bertNames(path.slice('encoder/'.length));
  const [part, kind] = path.split('/');
  if (part === 'bias') return { names: ['cls.predictions.bias', 'cls.predictions.decoder.bias'] };
  const base = `cls.predictions.transform.${part === 'transform' ? 'dense' : 'LayerNorm'}`;
  const last = kind === 'beta' || kind === 'bias' ? 'bias' : 'weight';
  return { names: [`${base}.${last}`], transpose: kind === 'weight' };
};
