import type { Specs } from '@limbeck/core';
import type { EmbeddingParameters } from '../embedding.js';
import type { EncoderBlockParameters } from '../encoder-block.js';
import type { LayerNormParameters } from '../layer-norm.js';
import type { LinearParameters } from '../linear.js';
import { fresh, freshScale, freshShift } from '../weights/fresh.js';

/** Parameters of {@link bertEncoder}. */
export type BertParameters = {
  /** The embedding of ids, `[vocabulary, width]`. */
  readonly words: EmbeddingParameters;
  /** The embedding of positions, `[maxTokens, width]`. */
  readonly positions: EmbeddingParameters;
  /** The embedding of token types, `[types, width]`; not where there are none. */
  readonly types?: EmbeddingParameters;
  /** After the sum of embeddings. */
  readonly embeddingNorm: LayerNormParameters;
  /** The blocks, one after another. */
  readonly encoder: readonly EncoderBlockParameters[];
  /** After the last block; only with norms before halves. */
  readonly norm?: LayerNormParameters;
  /** From the first token's state to what a classifier reads, `[width, width]`; not without a pooler. */
  readonly pooler?: LinearParameters;
};

/** Parameters of {@link bertClassifier}. */
export type BertClassifierParameters = BertParameters & {
  /** From the pooled state to labels. */
  readonly classifier: LinearParameters;
};

/** Sizes of a BERT, defaults filled in. */
export interface BertSizes {
  readonly vocabulary: number;
  readonly maxTokens: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly types: number;
  readonly norm: 'pre' | 'post';
  readonly pooler: boolean;
}

/** The tree of a BERT's parameters, each with its shape and how it starts. */
export function bertTree(sizes: BertSizes): Specs<BertParameters> {
  const { vocabulary, maxTokens, width, layers, feedForward, types, norm, pooler } = sizes;
  const scaled = () => ({ gamma: freshScale(width), beta: freshShift(width) });
  return {
    words: { table: fresh([vocabulary, width]) },
    positions: { table: fresh([maxTokens, width]) },
    ...(types === 0 ? {} : { types: { table: fresh([types, width]) } }),
    embeddingNorm: scaled(),
    encoder: Array.from({ length: layers }, () => ({
      attention: {
        query: freshLinear(width, width),
        key: freshLinear(width, width),
        value: freshLinear(width, width),
        output: freshLinear(width, width),
      },
      attentionNorm: scaled(),
      inner: freshLinear(width, feedForward),
      outer: freshLinear(feedForward, width),
      outputNorm: scaled(),
    })),
    ...(norm === 'pre' ? { norm: scaled() } : {}),
    ...(pooler ? { pooler: freshLinear(width, width) } : {}),
  };
}

/** A linear layer that starts as BERT's do. */
export function freshLinear(from: number, to: number): Specs<LinearParameters> {
  return { weight: fresh([from, to]), bias: freshShift(to) };
}
