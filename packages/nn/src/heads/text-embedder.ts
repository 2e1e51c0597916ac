import { checkWhole, LimbeckError, type Specs } from '@limbeck/core';
import { type Model, specsOf, type Tensor, type TensorTree } from '@limbeck/tensor';
import type { BertInputs } from '../encoder/bert.js';
import { xavierUniform } from '../initialisers.js';
import { maskedMax, maskedMean } from '../pooling.js';
import { project, type ProjectionParameters } from '../project.js';
import { fresh, start } from '../weights/fresh.js';
import { unitLength } from './unit-length.js';

/** What {@link textEmbedder} stands on: an encoder of tokens, such as `bertEncoder`. */
export interface TokenEncoder<P extends TensorTree> extends Model<
  BertInputs,
  { readonly states: Tensor },
  P
> {
  /** The specs of the parameters. */
  readonly parameterSpecs: Specs<P>;
}

/** Options of {@link textEmbedder}. */
export interface TextEmbedderOptions {
  /** Width of the encoder's states. */
  readonly width: number;
  /** How tokens become one vector: their mean, their largest numbers, or the first of them. @defaultValue 'mean' */
  readonly pooling?: 'mean' | 'max' | 'first';
  /** Width of the embedding, by a linear map without bias. @defaultValue the states' width, without a map */
  readonly embeddingWidth?: number;
  /** Whether embeddings are brought to length 1, so that their products are cosines. @defaultValue true */
  readonly normalise?: boolean;
}

/** Parameters of {@link textEmbedder}. */
export type TextEmbedderParameters<P extends TensorTree> = {
  /** The encoder's own. */
  readonly encoder: P;
  /** `[width, embeddingWidth]`; only where there is a map. */
  readonly projection?: ProjectionParameters;
};

/** What {@link textEmbedder} computes. */
export interface TextEmbedderOutputs {
  /** `[batch, embeddingWidth]`. */
  readonly embedding: Tensor;
  /** The encoder's states, `[batch, tokens, width]`. */
  readonly states: Tensor;
}

/** A {@link textEmbedder} and the specs of its parameters. */
export interface TextEmbedder<P extends TensorTree> extends Model<
  BertInputs,
  TextEmbedderOutputs,
  TextEmbedderParameters<P>
> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<TextEmbedderParameters<P>>;
}

/**
 * One vector a text: an encoder's states, pooled, mapped and brought to length 1 inside the graph. Taps: those of the
 * encoder, `embedding`.
 *
 * @throws LimbeckError `invalid-option`
 * @see Reimers and Gurevych, "Sentence-BERT", 2019, §3. {@link https://arxiv.org/abs/1908.10084}
 */
export function textEmbedder<P extends TensorTree>(
  encoder: TokenEncoder<P>,
  options: TextEmbedderOptions,
): TextEmbedder<P> {
  const { width, pooling = 'mean', embeddingWidth, normalise = true } = options;
  checkWhole('textEmbedder', { width, embeddingWidth: embeddingWidth ?? 1 }, 1, 'Pass widths.');
  if (!['mean', 'max', 'first'].includes(pooling)) {
    throw new LimbeckError('invalid-option', {
      where: 'textEmbedder',
      given: `pooling ${JSON.stringify(pooling)}`,
      expected: 'mean, max or first',
      next: 'Leave it out for the mean.',
    });
  }
  const map =
    embeddingWidth === undefined ? undefined : fresh([width, embeddingWidth], xavierUniform);
  const projection = map === undefined ? {} : { projection: { weight: map } };
  const parts = { width, pooling, embeddingWidth: embeddingWidth ?? null, normalise };
  return {
    config: { family: 'textEmbedder', encoder: encoder.config, ...parts },
    parameterSpecs: {
      encoder: encoder.parameterSpecs,
      ...specsOf(projection),
    },
    inputs: encoder.inputs,
    init: (rng) => ({
      parameters: {
        encoder: encoder.init(rng.stream('encoder')).parameters,
        ...start<Omit<TextEmbedderParameters<P>, 'encoder'>>(projection, rng),
      } as never,
      state: {},
    }),
    apply: ({ parameters, inputs, state, context }) => {
      const given = { parameters: parameters.encoder, inputs, state: {}, context };
      const { states } = encoder.apply(given).outputs;
      const embedding = context.block('embedding', () => {
        const pooled = pool(states, inputs.mask, pooling);
        const { projection: own } = parameters;
        const mapped = own === undefined ? pooled : project(own, pooled);
        return normalise ? unitLength(mapped) : mapped;
      });
      return { outputs: { embedding: context.tap('embedding', embedding), states }, state };
    },
  };
}

function pool(states: Tensor, mask: Tensor, pooling: 'mean' | 'max' | 'first'): Tensor {
  if (pooling === 'mean') return maskedMean(states, mask);
  if (pooling === 'max') return maskedMax(states, mask);
  return states.slice(1, 0, 1).reshape([states.shape[0]!, states.shape[2]!]);
}
