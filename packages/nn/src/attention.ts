import { checkWhole, type HostTree, LimbeckError, type Rng } from '@limbeck/core';
import { type Context, showShape, type Tensor } from '@limbeck/tensor';
import { dropout } from './dropout.js';
import { type Initialiser, xavierUniform } from './initialisers.js';
import { linear, type LinearParameters, linearParameters } from './linear.js';

/** The four maps of an attention, each `[width, width]` with a bias. */
export type AttentionParameters = {
  /** Makes what each token asks for. */
  readonly query: LinearParameters;
  /** Makes what each token answers to. */
  readonly key: LinearParameters;
  /** Makes what each token passes on. */
  readonly value: LinearParameters;
  /** Mixes the heads' results. */
  readonly output: LinearParameters;
};

/** Options of {@link multiHeadAttention}. */
export interface AttentionOptions {
  /** How many heads share the width. */
  readonly heads: number;
  /** Added to the scores before their softmax: broadcasts to `[batch, heads, queries, keys]`. */
  readonly mask?: Tensor;
  /** The share of attention weights dropped in training. @defaultValue 0 */
  readonly dropout?: number;
}

/** What {@link multiHeadAttention} gives. */
export interface AttentionOutputs {
  /** `[batch, tokens, width]`. */
  readonly output: Tensor;
  /** Who looks at whom, before dropout: `[batch, heads, queries, keys]`, rows sum to 1. */
  readonly attention: Tensor;
}

/** Fresh parameters of {@link multiHeadAttention}. @throws LimbeckError `invalid-option` */
export function attentionParameters(
  rng: Rng,
  width: number,
  weight: Initialiser = xavierUniform,
): HostTree<AttentionParameters> {
  const make = (name: string): HostTree<LinearParameters> =>
    linearParameters(rng.stream(name), width, width, { weight });
  return { query: make('query'), key: make('key'), value: make('value'), output: make('output') };
}

/**
 * Self-attention of several heads: `[batch, tokens, width]` to the same.
 *
 * ```text
 * A = softmax(Q Kᵀ / √d + mask)      Y = A V      per head of d = width / heads; the heads' Y side by side, then W_O
 * ```
 *
 * Taps: `scores` (before the softmax), `attention`.
 *
 * @throws LimbeckError `invalid-option`, `shape-mismatch`
 * @see Vaswani et al., "Attention Is All You Need", 2017, §3.2. {@link https://arxiv.org/abs/1706.03762}
 */
export function multiHeadAttention(
  parameters: AttentionParameters,
  x: Tensor,
  context: Context,
  options: AttentionOptions,
): AttentionOutputs {
  const { heads, mask, dropout: rate = 0 } = options;
  const width = headWidth(x, heads);
  const [batch, tokens, all] = x.shape as [string | number, string | number, number];
  // [batch, tokens, width] to [batch, heads, tokens, d].
  const split = (map: LinearParameters): Tensor =>
    linear(map, x).reshape([batch, tokens, heads, width]).transpose([0, 2, 1, 3]);
  // The scale goes onto the queries, the smallest of the tensors it could go onto.
  const query = split(parameters.query).mul(1 / Math.sqrt(width));
  const products = query.matmul(split(parameters.key), { transposeB: true });
  const scores = context.tap('scores', mask === undefined ? products : products.add(mask));
  const attention = context.tap('attention', scores.softmax());
  const kept = dropout(context, attention, { rate, stream: 'attention' });
  const mixed = kept.matmul(split(parameters.value));
  const joined = mixed.transpose([0, 2, 1, 3]).reshape([batch, tokens, all]);
  return { output: linear(parameters.output, joined), attention };
}

/**
 * A mask of tokens as what is added to the scores: 0 for a token, −10⁹ for padding.
 *
 * @param mask - 1 where there is a token, `[batch, tokens]`
 * @returns float32 `[batch, 1, 1, tokens]`
 */
export function additiveMask(mask: Tensor): Tensor {
  const [batch, tokens] = mask.shape;
  return mask.cast('float32').sub(1).mul(1e9).reshape([batch!, 1, 1, tokens!]);
}

function headWidth(x: Tensor, heads: number): number {
  checkWhole('multiHeadAttention', { heads }, 1, 'Use a divisor of the width.');
  const width = x.shape[2];
  if (x.shape.length === 3 && typeof width === 'number' && width % heads === 0) {
    return width / heads;
  }
  throw new LimbeckError('shape-mismatch', {
    where: 'multiHeadAttention',
    given: `${showShape(x.shape)} for ${heads} heads`,
    expected: '[batch, tokens, width] with a width that the heads divide',
    next: 'Use a number of heads that divides the width.',
  });
}
