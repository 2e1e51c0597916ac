import { type Dim, hostTensor } from '@limbeck/core';
import { constant, type RotaryEmbedding, type Tensor } from '@limbeck/tensor';

/** Which numbers of a head turn together: its two halves (Llama as published), or neighbours (RoFormer). */
export type RotaryPairs = 'halves' | 'interleaved';

/** What turns queries and keys to their positions, `[rows]` of them. */
export type Rotation = RotaryEmbedding;

/** Options of {@link rotation}. */
export interface RotationOptions {
  readonly maxTokens: number;
  readonly headWidth: number;
  readonly rotaryBase: number;
  readonly rotaryPairs: RotaryPairs;
}

/**
 * Angles of position · base^(−2i / headWidth), in tables worked out in double precision.
 *
 * @param positions - int64 `[rows]`, below `maxTokens`
 * @see Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, §3.2.2.
 * {@link https://arxiv.org/abs/2104.09864}
 */
export function rotation(positions: Tensor, rows: Dim, options: RotationOptions): Rotation {
  const { maxTokens, headWidth, rotaryBase, rotaryPairs } = options;
  const half = headWidth / 2;
  const table = (f: (angle: number) => number): Tensor => {
    const data = Float32Array.from({ length: maxTokens * half }, (_, at) =>
      f(Math.floor(at / half) * rotaryBase ** ((-2 * (at % half)) / headWidth)),
    );
    return constant(hostTensor('float32', [maxTokens, half], data));
  };
  return {
    positions: positions.reshape([rows]),
    cos: table(Math.cos),
    sin: table(Math.sin),
    pairs: rotaryPairs,
  };
}
