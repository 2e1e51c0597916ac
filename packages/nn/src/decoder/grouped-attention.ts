import { addDims, type Context, multiplyDims, type Tensor } from '@limbeck/tensor';
import { concat } from '@limbeck/tensor';
import { dropout } from '../dropout.js';
import { project, type ProjectionParameters } from '../project.js';
import { rotate, type RotaryAngles, type RotaryPairs } from './rotary.js';

/** The four maps of a decoder's attention. */
export type GroupedAttentionParameters = {
  /** `[width, heads · headWidth]`. */
  readonly query: ProjectionParameters;
  /** `[width, keyValueHeads · headWidth]`. */
  readonly key: ProjectionParameters;
  /** Likewise. */
  readonly value: ProjectionParameters;
  /** `[heads · headWidth, width]`. */
  readonly output: ProjectionParameters;
};

/**
 * What a layer remembers of tokens, `[tokens, batch, keyValueHeads, headWidth]` each. Time stands first, so that the
 * first t tokens of a larger array are one view of it, whatever the batch.
 */
export type KeyValues = {
  /** The keys, turned to their positions. */
  readonly keys: Tensor;
  /** The values. */
  readonly values: Tensor;
};

/** Options of {@link groupedAttention}. */
export interface GroupedAttentionOptions {
  /** How many heads ask. */
  readonly heads: number;
  /** How many heads answer; each serves heads / keyValueHeads that ask. */
  readonly keyValueHeads: number;
  /** Numbers a head. */
  readonly headWidth: number;
  /** Added to the scores: broadcasts to `[batch, 1, tokens, past + tokens]`. */
  readonly mask: Tensor;
  /** Angles to turn queries and keys by. */
  readonly rotary?: { readonly angles: RotaryAngles; readonly pairs: RotaryPairs };
  /** What was remembered of earlier tokens. */
  readonly past?: KeyValues;
  /** The share of attention weights dropped in training. @defaultValue 0 */
  readonly dropout?: number;
}

/** What {@link groupedAttention} gives. */
export interface GroupedAttentionOutputs {
  /** `[batch, tokens, width]`. */
  readonly output: Tensor;
  /** `[batch, heads, tokens, past + tokens]`, before dropout; rows sum to 1. */
  readonly attention: Tensor;
  /** What to remember of these tokens alone. */
  readonly present: KeyValues;
}

/**
 * Self-attention whose heads share keys and values in groups, with or without earlier tokens: `[batch, tokens, width]`
 * to the same. Scores over earlier and new tokens stand side by side, so neither is copied into the other.
 *
 * Taps: `scores` (before the softmax), `attention`.
 *
 * @see Ainslie et al., "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints", 2023,
 * §2.2. {@link https://arxiv.org/abs/2305.13245}
 */
export function groupedAttention(
  parameters: GroupedAttentionParameters,
  x: Tensor,
  context: Context,
  options: GroupedAttentionOptions,
): GroupedAttentionOutputs {
  const { heads, keyValueHeads, headWidth, mask, rotary, past } = options;
  const [batch, tokens] = x.shape as [string, string];
  const group = heads / keyValueHeads;
  const turn = (h: Tensor): Tensor =>
    rotary === undefined ? h : rotate(h, rotary.angles, rotary.pairs);
  const split = (map: ProjectionParameters, each: number): Tensor =>
    project(map, x).reshape([batch, tokens, keyValueHeads, each, headWidth]);

  // Heads that share keys stand as rows of one product: [batch, keyValueHeads, group·tokens, headWidth].
  const rows = multiplyDims(group, tokens);
  // The scale goes onto the queries, the smallest of the tensors it could go onto.
  const query = turn(split(parameters.query, group))
    .mul(1 / Math.sqrt(headWidth))
    .transpose([0, 2, 3, 1, 4])
    .reshape([batch, keyValueHeads, rows, headWidth]);
  const flat = [batch, tokens, keyValueHeads, headWidth];
  const key = turn(split(parameters.key, 1)).reshape(flat);
  const value = split(parameters.value, 1).reshape(flat);

  const forHeads = (h: Tensor): Tensor => h.transpose([0, 2, 1, 3]);
  const fromPast = (h: Tensor): Tensor => h.transpose([1, 2, 0, 3]);
  const fresh = query.matmul(forHeads(key), { transposeB: true });
  const products =
    past === undefined
      ? fresh
      : concat([query.matmul(fromPast(past.keys), { transposeB: true }), fresh], -1);
  const before = past?.keys.shape[0] ?? 0;
  const all = addDims(before, tokens);
  const scores = context.tap('scores', products.reshape([batch, heads, tokens, all]).add(mask));
  const attention = context.tap('attention', scores.softmax());
  const kept = dropout(context, attention, { rate: options.dropout ?? 0, stream: 'attention' });

  const weights = kept.reshape([batch, keyValueHeads, rows, all]);
  const mixed =
    past === undefined
      ? weights.matmul(forHeads(value))
      : weights
          .slice(-1, 0, before)
          .matmul(fromPast(past.values))
          .add(weights.slice(-1, before).matmul(forHeads(value)));
  const joined = mixed
    .reshape([batch, keyValueHeads, group, tokens, headWidth])
    .transpose([0, 3, 1, 2, 4])
    .reshape([batch, tokens, heads * headWidth]);
  const timeFirst = (h: Tensor): Tensor => h.transpose([1, 0, 2, 3]);
  return {
    output: project(parameters.output, joined),
    attention,
    present: { keys: timeFirst(key), values: timeFirst(value) },
  };
}
