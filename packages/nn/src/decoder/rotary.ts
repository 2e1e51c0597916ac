import { hostTensor } from '@limbeck/core';
import { concat, constant, type Tensor } from '@limbeck/tensor';

/** Which numbers of a head turn together: its two halves (Llama as published), or neighbours (RoFormer). */
export type RotaryPairs = 'halves' | 'interleaved';

/** The angles of a batch's positions, ready to turn queries and keys by. */
export interface RotaryAngles {
  /** `[batch, tokens, 1, 1, headWidth / 2]`. */
  readonly cos: Tensor;
  /** Likewise. */
  readonly sin: Tensor;
}

/**
 * cos and sin of position · base^(−2i / headWidth), looked up in tables worked out in double precision.
 *
 * @param positions - int64 `[batch, tokens]`, below `maxTokens`
 * @see Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, §3.2.2.
 * {@link https://arxiv.org/abs/2104.09864}
 */
export function rotaryAngles(
  positions: Tensor,
  options: { readonly maxTokens: number; readonly headWidth: number; readonly base: number },
): RotaryAngles {
  const { maxTokens, headWidth, base } = options;
  const half = headWidth / 2;
  const table = (f: (angle: number) => number): Tensor => {
    const data = Float32Array.from({ length: maxTokens * half }, (_, at) =>
      f(Math.floor(at / half) * base ** ((-2 * (at % half)) / headWidth)),
    );
    const rows = constant(hostTensor('float32', [maxTokens, half], data)).gather(positions);
    return rows.reshape([...positions.shape, 1, 1, half]);
  };
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/** Turns each pair of `[batch, tokens, …, …, headWidth]` by its angle. */
export function rotate(x: Tensor, { cos, sin }: RotaryAngles, pairs: RotaryPairs): Tensor {
  const width = x.shape.at(-1) as number;
  const half = width / 2;
  const [a, b] =
    pairs === 'halves'
      ? [x.slice(-1, 0, half), x.slice(-1, half)]
      : [x.slice(-1, 0, width, 2), x.slice(-1, 1, width, 2)];
  const first = a.mul(cos).sub(b.mul(sin));
  const second = a.mul(sin).add(b.mul(cos));
  if (pairs === 'halves') return concat([first, second], -1);
  const column = [...first.shape, 1];
  return concat([first.reshape(column), second.reshape(column)], -1).reshape(x.shape);
}
