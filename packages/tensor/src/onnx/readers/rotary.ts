import { type Dim } from '@limbeck/core';
import { multiplyDims } from '../../dims.js';
import { rotaryEmbedding } from '../../fused/rotary-embedding.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';

/** `[batch, tokens, width]` or `[batch, heads, tokens, headWidth]`, turned by rows of the tables. */
function turned(node: ReadNode, positions: Tensor, cos: Tensor, sin: Tensor): Read {
  const x = node.tensor(0);
  if (node.int('rotary_embedding_dim', 0) !== 0 || node.float('scale', 1) !== 1) {
    node.refuse('a part of each head, or a scale');
  }
  if (positions.shape.length !== 2) node.refuse('positions that are no [batch, tokens]');
  const pairs = node.int('interleaved', 0) === 1 ? 'interleaved' : 'halves';
  const rows = x.shape.length === 4 ? x.transpose([0, 2, 1, 3]) : x;
  const [batch, tokens, ...rest] = rows.shape as [Dim, Dim, ...Dim[]];
  const flat = rows.reshape([multiplyDims(batch, tokens), multiplyDims(...rest)]);
  const y = rotaryEmbedding(flat, { positions: positions.flatten(), cos, sin, pairs });
  const whole = y.reshape(rows.shape);
  return [x.shape.length === 4 ? whole.transpose([0, 2, 1, 3]) : whole];
}

/** Readers of rotary positions: ONNX Runtime's own, and the standard's from opset 23 on. */
export const rotaryReaders: { readonly [type: string]: Reader } = {
  RotaryEmbedding: (node) => turned(node, node.tensor(3), node.tensor(1), node.tensor(2)),
  'com.microsoft.RotaryEmbedding': (node) =>
    turned(node, node.tensor(1), node.tensor(2), node.tensor(3)),
};
