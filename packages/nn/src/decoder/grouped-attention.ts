import {
  addDims,
  concat,
  type Context,
  multiplyDims,
  rotaryEmbedding,
  type Tensor,
} from '@limbeck/tensor';
import type { Dim } from '@limbeck/core';
import { dropout } from '../dropout.js';
import { project, type ProjectionParameters } from '../project.js';
import type { Rotation } from './rotary.js';

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
  /** How many sequences there are. */
  readonly batch: Dim;
  /** How many tokens of each are given. */
  readonly tokens: Dim;
  /** How many heads ask. */
  readonly heads: number;
  /** How many heads answer; each serves heads / keyValueHeads that ask. */
  readonly keyValueHeads: number;
  /** Numbers a head. */
  readonly headWidth: number;
  /** Added to the scores: broadcasts to `[batch, 1, tokens, past + tokens]`. */
  readonly mask: Tensor;
  /** Turns queries and keys to their positions. */
  readonly rotation?: Rotation;
  /** What was remembered of earlier tokens. */
  readonly past?: KeyValues;
  /** The share of attention weights dropped in training. @defaultValue 0 */
  readonly dropout?: number;
}

/** What {@link groupedAttention} gives. */
export interface GroupedAttentionOutputs {
  /** `[batch · tokens, width]`. */
  readonly output: Tensor;
  /** `[batch, heads, tokens, past + tokens]`, before dropout; rows sum to 1. */
  readonly attention: Tensor;
  /** What to remember of these tokens alone. */
  readonly present: KeyValues;
}

/**
 * Self-attention whose heads share keys and values in groups, with or without earlier tokens: `[batch · tokens, width]`
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
  const { batch, tokens, heads, keyValueHeads, headWidth, mask, rotation, past } = options;
  const rows = x.shape[0]!;
  const group = heads / keyValueHeads;
  const split = (h: Tensor, count: number): Tensor => h.reshape([rows, count, headWidth]);
  const turn = (h: Tensor): Tensor => (rotation === undefined ? h : rotaryEmbedding(h, rotation));
  const byHead = (h: Tensor, count: number): Tensor => headsFirst(h, batch, tokens, count);

  // Heads that share keys stand as rows of one product: [batch, keyValueHeads, group·tokens, headWidth].
  const shared = [batch, keyValueHeads, multiplyDims(group, tokens), headWidth];
  // The scale goes where it becomes a part of the product that makes the queries.
  const scaled = project(parameters.query, x).mul(1 / Math.sqrt(headWidth));
  const query = byHead(split(turn(scaled), heads), heads).reshape(shared);
  const key = split(turn(project(parameters.key, x)), keyValueHeads);
  const value = split(project(parameters.value, x), keyValueHeads);
  const [keys, values] = [key, value].map((h) => byHead(h, keyValueHeads)) as [Tensor, Tensor];

  const fromPast = (h: Tensor): Tensor => h.transpose([1, 2, 0, 3]);
  const fresh = query.matmul(keys, { transposeB: true });
  const products =
    past === undefined
      ? fresh
      : concat([query.matmul(fromPast(past.keys), { transposeB: true }), fresh], -1);
  const before = past?.keys.shape[0] ?? 0;
  const all = addDims(before, tokens);
  const scores = context.tap('scores', products.reshape([batch, heads, tokens, all]).add(mask));
  const attention = context.tap('attention', scores.softmax());
  const kept = dropout(context, attention, { rate: options.dropout ?? 0, stream: 'attention' });

  const weights = kept.reshape([...shared.slice(0, 3), all]);
  const mixed =
    past === undefined
      ? weights.matmul(values)
      : weights
          .slice(-1, 0, before)
          .matmul(fromPast(past.values))
          .add(weights.slice(-1, before).matmul(values));
  const each = mixed.reshape([batch, heads, tokens, headWidth]);
  const joined = tokensFirst(each, tokens).reshape([rows, heads * headWidth]);
  const timeFirst = (h: Tensor): Tensor => {
    const own = h.reshape([batch, tokens, keyValueHeads, headWidth]);
    return tokens === 1
      ? own.reshape([1, batch, keyValueHeads, headWidth])
      : own.transpose([1, 0, 2, 3]);
  };
  return {
    output: project(parameters.output, joined),
    attention,
    present: { keys: timeFirst(key), values: timeFirst(value) },
  };
}

/** `[batch · tokens, heads, width]` to `[batch, heads, tokens, width]`; of one token nothing moves. */
function headsFirst(h: Tensor, batch: Dim, tokens: Dim, heads: number): Tensor {
  const width = h.shape[2]!;
  if (tokens === 1) return h.reshape([batch, heads, 1, width]);
  return h.reshape([batch, tokens, heads, width]).transpose([0, 2, 1, 3]);
}

/** `[batch, heads, tokens, width]` to `[batch, tokens, heads, width]`; of one token nothing moves. */
function tokensFirst(h: Tensor, tokens: Dim): Tensor {
  const [batch, heads, , width] = h.shape;
  if (tokens === 1) return h.reshape([batch!, 1, heads!, width!]);
  return h.transpose([0, 2, 1, 3]);
}
