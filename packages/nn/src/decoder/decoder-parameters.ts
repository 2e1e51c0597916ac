import type { Specs } from '@limbeck/core';
import { truncatedNormal } from '../initialisers.js';
import type { EmbeddingParameters } from '../embedding.js';
import type { NormParameters } from '../norm.js';
import type { ProjectionParameters } from '../project.js';
import { fresh, freshScale, freshShift } from '../weights/fresh.js';
import type { DecoderBlockParameters } from './decoder-block.js';
import type { DecoderSizes } from './decoder-options.js';

/** Parameters of {@link causalDecoder}. */
export type DecoderParameters = {
  /** The embedding of ids, `[vocabulary, width]`; tied, it gives the logits too. */
  readonly tokens: EmbeddingParameters;
  /** The embedding of positions, `[maxTokens, width]`; only with learned positions. */
  readonly positions?: EmbeddingParameters;
  /** The blocks, one after another. */
  readonly decoder: readonly DecoderBlockParameters[];
  /** After the last block. */
  readonly norm: NormParameters;
  /** `[width, vocabulary]`; only where it is not tied. */
  readonly head?: ProjectionParameters;
};

/** The tree of a decoder's parameters, each with its shape and how it starts. */
export function decoderParameters(sizes: DecoderSizes): Specs<DecoderParameters> {
  const { vocabulary, maxTokens, width, layers, heads, keyValueHeads, headWidth } = sizes;
  const { feedForward, activation, biases } = sizes;
  const linear = (from: number, to: number, weight = truncatedNormal(0.02)) => ({
    weight: fresh([from, to], weight),
    ...(biases ? { bias: freshShift(to) } : {}),
  });
  // The residual stream sums 2 · layers branches: GPT-2, §2.3, starts their last maps smaller by the root of that.
  const last = truncatedNormal(0.02 / Math.sqrt(2 * layers));
  const norm = () => ({
    gamma: freshScale(width),
    ...(sizes.norm === 'layer' ? { beta: freshShift(width) } : {}),
  });
  const block = (): Specs<DecoderBlockParameters> => ({
    attentionNorm: norm(),
    attention: {
      query: linear(width, heads * headWidth),
      key: linear(width, keyValueHeads * headWidth),
      value: linear(width, keyValueHeads * headWidth),
      output: linear(heads * headWidth, width, last),
    },
    outputNorm: norm(),
    ...(activation === 'swiglu' ? { gate: linear(width, feedForward) } : {}),
    inner: linear(width, feedForward),
    outer: linear(feedForward, width, last),
  });
  return {
    tokens: { table: fresh([vocabulary, width]) },
    ...(sizes.positions === 'learned' ? { positions: { table: fresh([maxTokens, width]) } } : {}),
    decoder: Array.from({ length: layers }, block),
    norm: norm(),
    ...(sizes.tied ? {} : { head: { weight: fresh([width, vocabulary]) } }),
  };
}
