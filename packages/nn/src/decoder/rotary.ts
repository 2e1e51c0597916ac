import { type Dim, hostTensor } from '@limbeck/core';
import { constant, type Tensor } from '@limbeck/tensor';

/** Which numbers of a head turn together: its two halves (Llama as published), or neighbours (RoFormer). */
export type RotaryPairs = 'halves' | 'interleaved';

/** What turns queries and keys to their positions. */
export interface Rotation {
  /** Of each number's angle, `[rows, 1, headWidth]`. */
  readonly cos: Tensor;
  /** Likewise. */
  readonly sin: Tensor;
  /** Takes each number to its partner with the sign of a quarter turn: `[headWidth, headWidth]`. */
  readonly quarter: Tensor;
}

/** Options of {@link rotation}. */
export interface RotationOptions {
  readonly maxTokens: number;
  readonly headWidth: number;
  readonly rotaryBase: number;
  readonly rotaryPairs: RotaryPairs;
}

/**
 * Angles of position · base^(−2i / headWidth), looked up in tables worked out in double precision.
 *
 * @param positions - int64 `[rows]`, below `maxTokens`
 * @see Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, §3.2.2 and equation 34.
 * {@link https://arxiv.org/abs/2104.09864}
 */
export function rotation(positions: Tensor, rows: Dim, options: RotationOptions): Rotation {
  const { maxTokens, headWidth, rotaryBase, rotaryPairs } = options;
  const half = headWidth / 2;
  const halves = rotaryPairs === 'halves';
  // The pair that a number belongs to, and the number that turns with it.
  const pairOf = (at: number): number => (halves ? at % half : Math.floor(at / 2));
  const partner = (at: number): number => (halves ? (at + half) % headWidth : at ^ 1);
  const isFirst = (at: number): boolean => (halves ? at < half : at % 2 === 0);

  const table = (f: (angle: number) => number): Tensor => {
    const data = Float32Array.from({ length: maxTokens * headWidth }, (_, i) => {
      const position = Math.floor(i / headWidth);
      return f(position * rotaryBase ** ((-2 * pairOf(i % headWidth)) / headWidth));
    });
    const known = constant(hostTensor('float32', [maxTokens, headWidth], data));
    return known.gather(positions).reshape([rows, 1, headWidth]);
  };
  const quarter = new Float32Array(headWidth * headWidth);
  for (let to = 0; to < headWidth; to++) {
    quarter[partner(to) * headWidth + to] = isFirst(to) ? -1 : 1;
  }
  return {
    cos: table(Math.cos),
    sin: table(Math.sin),
    quarter: constant(hostTensor('float32', [headWidth, headWidth], quarter)),
  };
}

/** Turns each pair of `[rows, heads, headWidth]` by its angle: x cos + (quarter turn of x) sin. */
export function rotate(x: Tensor, { cos, sin, quarter }: Rotation): Tensor {
  return x.mul(cos).add(x.matmul(quarter).mul(sin));
}
