import { checkWhole, type HostTree, type Rng } from '@limbeck/core';
import type { Context, Tensor } from '@limbeck/tensor';
import {
  type AttentionOptions,
  attentionParameters,
  type AttentionParameters,
  multiHeadAttention,
} from './attention.js';
import { dropout } from './dropout.js';
import { type Initialiser, truncatedNormal } from './initialisers.js';
import { layerNorm, layerNormParameters, type LayerNormParameters } from './layer-norm.js';
import { linear, type LinearParameters, linearParameters } from './linear.js';

/** Parameters of {@link encoderBlock}. */
export type EncoderBlockParameters = {
  /** The first half. */
  readonly attention: AttentionParameters;
  /** The norm of the first half. */
  readonly attentionNorm: LayerNormParameters;
  /** `[width, feedForward]` and its bias. */
  readonly inner: LinearParameters;
  /** `[feedForward, width]` and its bias. */
  readonly outer: LinearParameters;
  /** The norm of the second half. */
  readonly outputNorm: LayerNormParameters;
};

/** Options of {@link encoderBlock}. */
export interface EncoderBlockOptions extends AttentionOptions {
  /** Where the norms stand: before each half, or after its sum. @defaultValue 'pre' */
  readonly norm?: 'pre' | 'post';
  /** Added to the norms' variances. @defaultValue 1e-5 */
  readonly epsilon?: number;
}

/** What {@link encoderBlock} gives. */
export interface EncoderBlockOutputs {
  /** `[batch, tokens, width]`. */
  readonly output: Tensor;
  /** `[batch, heads, queries, keys]`. */
  readonly attention: Tensor;
}

/** Fresh parameters of {@link encoderBlock}. @throws LimbeckError `invalid-option` */
export function encoderBlockParameters(
  rng: Rng,
  width: number,
  feedForward: number,
  weight: Initialiser = truncatedNormal(0.02),
): HostTree<EncoderBlockParameters> {
  checkWhole('encoderBlockParameters', { width, feedForward }, 1, 'Pass both widths.');
  return {
    attention: attentionParameters(rng.stream('attention'), width, weight),
    attentionNorm: layerNormParameters(rng, width),
    inner: linearParameters(rng.stream('inner'), width, feedForward, { weight }),
    outer: linearParameters(rng.stream('outer'), feedForward, width, { weight }),
    outputNorm: layerNormParameters(rng, width),
  };
}

/**
 * One block of a transformer's encoder, `[batch, tokens, width]` to the same.
 *
 * ```text
 * pre    h = x + attention(norm(x))        y = h + W₂ GELU(W₁ norm(h))
 * post   h = norm(x + attention(x))        y = norm(h + W₂ GELU(W₁ h))
 * ```
 *
 * Taps: `attention/scores`, `attention/attention`, `inner`, `output`.
 *
 * @throws LimbeckError `invalid-option`, `shape-mismatch`
 * @see Vaswani et al. 2017, §3.1; Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020 (pre).
 * {@link https://arxiv.org/abs/2002.04745}
 */
export function encoderBlock(
  parameters: EncoderBlockParameters,
  x: Tensor,
  context: Context,
  options: EncoderBlockOptions,
): EncoderBlockOutputs {
  const { norm = 'pre', dropout: rate = 0, epsilon } = options;
  const pre = norm === 'pre';
  const normed = (p: LayerNormParameters, h: Tensor): Tensor => layerNorm(p, h, epsilon);
  const before = (p: LayerNormParameters, h: Tensor): Tensor => (pre ? normed(p, h) : h);
  const after = (p: LayerNormParameters, h: Tensor): Tensor => (pre ? h : normed(p, h));

  const { output: mixed, attention } = context.block('attention', (inner) =>
    multiHeadAttention(parameters.attention, before(parameters.attentionNorm, x), inner, options),
  );
  const h = after(
    parameters.attentionNorm,
    x.add(dropout(context, mixed, { rate, stream: 'attention' })),
  );
  const fed = context.block('feed-forward', () => {
    const hidden = linear(parameters.inner, before(parameters.outputNorm, h)).gelu();
    return linear(parameters.outer, context.tap('inner', hidden));
  });
  const y = after(
    parameters.outputNorm,
    h.add(dropout(context, fed, { rate, stream: 'feed-forward' })),
  );
  return { output: context.tap('output', y), attention };
}
