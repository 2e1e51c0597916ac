import { checkWhole, type HostTree } from '@limbeck/core';
import type { Model, Tensor } from '@limbeck/tensor';
import { embedding, embeddingParameters, type EmbeddingParameters } from './embedding.js';
import { unitLength } from './heads/unit-length.js';
import { ones } from './initialisers.js';
import { mlp, applyHead, checkHead, type HeadOptions, type MlpParameters } from './mlp.js';
import { checkText, type TextInputs } from './ngram-indices.js';
import { maskedMean } from './pooling.js';

/** Options of {@link bagOfEmbeddings}. */
export interface BagOfEmbeddingsOptions extends HeadOptions {
  /** How many different ids there are. */
  readonly vocabulary: number;
  /** Width of an id's vector. */
  readonly width: number;
  /** How many tokens of a text are read; for the collator and the tokenizer, since the graph takes any length. */
  readonly maxTokens: number;
  /** Whether each id has a learned weight beside its vector. @defaultValue false */
  readonly weighted?: boolean;
  /** Whether the mean is brought to length 1. @defaultValue false */
  readonly normalise?: boolean;
}

/** Parameters of {@link bagOfEmbeddings}. */
export type BagOfEmbeddingsParameters = MlpParameters & {
  /** A vector an id, `[vocabulary, width]`. */
  readonly tokens: EmbeddingParameters;
  /** A weight an id, `[vocabulary, 1]`; only where they are weighted. */
  readonly weights?: EmbeddingParameters;
};

/** What {@link bagOfEmbeddings} computes. */
export interface BagOfEmbeddingsOutputs {
  /** `[batch, labels]`. */
  readonly logits: Tensor;
  /** What the classifier's last layer reads, `[batch, width]`. */
  readonly hidden: Tensor;
  /** The text's vector, `[batch, width]`: the mean of its tokens', of length 1 if so asked. */
  readonly embedding: Tensor;
}

/**
 * The mean of the vectors of a text's tokens, classified: a static embedding. No token sees another, so it is
 * little work.
 *
 * Taps: `tokens` (the vectors), `embedding`, then those of the classifier: `features`, `hidden/0`, …, `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @see Joulin et al., "Bag of Tricks for Efficient Text Classification", 2017. {@link https://arxiv.org/abs/1607.01759}
 */
export function bagOfEmbeddings(
  options: BagOfEmbeddingsOptions,
): Model<TextInputs, BagOfEmbeddingsOutputs, BagOfEmbeddingsParameters> {
  const { vocabulary, width, maxTokens, weighted = false, normalise = false } = options;
  const head = checkHead('bagOfEmbeddings', options);
  checkWhole('bagOfEmbeddings', { vocabulary, width, maxTokens }, 1, 'Pass sizes of at least 1.');
  const text = { dtype: 'int64', shape: ['batch', 'tokens'] } as const;
  const { labels, hidden = [] } = options;
  const classifier = mlp({ labels, hidden, width });
  const sizes = { vocabulary, width, maxTokens, weighted, normalise };
  return {
    config: { family: 'bagOfEmbeddings', ...sizes, ...head },
    inputs: { ids: text, mask: text },
    init: (rng) => {
      const parameters: HostTree<BagOfEmbeddingsParameters> = {
        tokens: embeddingParameters(rng.stream('tokens'), vocabulary, width),
        ...(weighted ? { weights: embeddingParameters(rng, vocabulary, 1, ones) } : {}),
        ...classifier.init(rng.stream('head')).parameters,
      };
      return { parameters, state: {} };
    },
    apply: ({ parameters, inputs, state, context }) => {
      checkText('bagOfEmbeddings', inputs);
      const { ids, mask } = inputs;
      const vector = context.block('embedding', () => {
        const own = context.tap('tokens', embedding(parameters.tokens, ids));
        const { weights } = parameters;
        const x = weights === undefined ? own : own.mul(embedding(weights, ids));
        const mean = maskedMean(x, mask);
        return normalise ? unitLength(mean) : mean;
      });
      const tapped = context.tap('embedding', vector);
      const { logits, hidden: last } = applyHead(options, parameters, tapped, context);
      return { outputs: { logits, hidden: last, embedding: tapped }, state };
    },
  };
}
