import { LimbeckError } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { maskedMax } from '../pooling.js';

/**
 * A text's weight of every word of the vocabulary, most of them 0, from the logits at each of its tokens:
 * `[batch, tokens, vocabulary]` and a mask `[batch, tokens]` to `[batch, vocabulary]`.
 *
 * ```text
 * max   w_j = max_t log(1 + ReLU(z_tj))        sum   w_j = Σ_t log(1 + ReLU(z_tj))      over tokens that the mask keeps
 * ```
 *
 * @throws LimbeckError `invalid-option`, `shape-mismatch`
 * @see Formal et al., "SPLADE: Sparse Lexical and Expansion Model for First Stage Ranking", 2021, equation 1 (sum);
 * "SPLADE v2", 2021, equation 6 (max). {@link https://arxiv.org/abs/2109.10086}
 */
export function sparseWeights(
  logits: Tensor,
  mask: Tensor,
  pooling: 'max' | 'sum' = 'max',
): Tensor {
  // The logarithm rises, so it may be taken of the largest alone.
  if (pooling === 'max') return maskedMax(logits.relu(), mask).add(1).log();
  if (pooling === 'sum') {
    const kept = mask.cast(logits.dtype).reshape([...mask.shape, 1]);
    return logits.relu().add(1).log().mul(kept).sum(1);
  }
  throw new LimbeckError('invalid-option', {
    where: 'sparseWeights',
    given: `pooling ${JSON.stringify(pooling)}`,
    expected: 'max or sum',
    next: 'Leave it out for max.',
  });
}
