import type { Context, Tensor } from '@limbeck/tensor';
import { activate, type Activation } from '../activations.js';
import { dropout } from '../dropout.js';
import { norm, type NormParameters } from '../norm.js';
import { project, type ProjectionParameters } from '../project.js';
import {
  groupedAttention,
  type GroupedAttentionOptions,
  type GroupedAttentionOutputs,
  type GroupedAttentionParameters,
} from './grouped-attention.js';

/** Parameters of one block of a causal decoder. */
export type DecoderBlockParameters = {
  /** Before the first half. */
  readonly attentionNorm: NormParameters;
  /** The first half. */
  readonly attention: GroupedAttentionParameters;
  /** Before the second half. */
  readonly outputNorm: NormParameters;
  /** `[width, feedForward]`; only with `swiglu`. */
  readonly gate?: ProjectionParameters;
  /** `[width, feedForward]`. */
  readonly inner: ProjectionParameters;
  /** `[feedForward, width]`. */
  readonly outer: ProjectionParameters;
};

/** Options of {@link decoderBlock}. */
export interface DecoderBlockOptions extends GroupedAttentionOptions {
  /** What stands between the maps of the second half. */
  readonly activation: Activation;
  /** Added to what norms divide by. */
  readonly epsilon: number;
}

/**
 * One block of a causal decoder, norms before halves: `[batch · tokens, width]` to the same.
 *
 * ```text
 * h = x + attention(norm(x))        y = h + W₂ f(W₁ norm(h))        or  W₂ (SiLU(W_g norm(h)) · W₁ norm(h))
 * ```
 *
 * Taps: `attention/scores`, `attention/attention`, `inner`, `output`.
 *
 * @see Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, §2.3; Touvron et al., "LLaMA: Open
 * and Efficient Foundation Language Models", 2023, §2.2. {@link https://arxiv.org/abs/2302.13971}
 */
export function decoderBlock(
  parameters: DecoderBlockParameters,
  x: Tensor,
  context: Context,
  options: DecoderBlockOptions,
): GroupedAttentionOutputs {
  const { activation, epsilon, dropout: rate = 0 } = options;
  const attended = context.block('attention', (inner) =>
    groupedAttention(
      parameters.attention,
      norm(parameters.attentionNorm, x, epsilon),
      inner,
      options,
    ),
  );
  const h = x.add(dropout(context, attended.output, { rate, stream: 'attention' }));
  const fed = context.block('feed-forward', () => {
    const normed = norm(parameters.outputNorm, h, epsilon);
    const gate = parameters.gate && project(parameters.gate, normed);
    const hidden = activate(activation, project(parameters.inner, normed), gate);
    return project(parameters.outer, tapRows(context, 'inner', hidden, options));
  });
  const y = h.add(dropout(context, fed, { rate, stream: 'feed-forward' }));
  return { ...attended, output: tapRows(context, 'output', y, options) };
}

/** A tap of rows: who reads or edits there sees `[batch, tokens, width]`. */
export function tapRows(
  context: Context,
  name: string,
  x: Tensor,
  { batch, tokens }: Pick<GroupedAttentionOptions, 'batch' | 'tokens'>,
): Tensor {
  const width = x.shape[1]!;
  return context.tap(name, x.reshape([batch, tokens, width])).reshape(x.shape);
}
