/** How a float narrower than 32 bits is laid out: sign, exponent, fraction, from the high bit down. */
interface Layout {
  readonly exponentBits: number;
  readonly fractionBits: number;
  /** What is subtracted from the exponent. */
  readonly bias: number;
  /**
   * What the highest codes mean: `ieee`, infinities and NaNs as in IEEE 754; `fn`, finite but for the code of
   * all ones, NaN; `fnuz`, finite, with the code of minus zero for NaN; `finite`, numbers only.
   */
  readonly top: 'ieee' | 'fn' | 'fnuz' | 'finite';
}

/** The small floats of ONNX, by their names there. */
export const smallFloats = {
  FLOAT16: { exponentBits: 5, fractionBits: 10, bias: 15, top: 'ieee' },
  BFLOAT16: { exponentBits: 8, fractionBits: 7, bias: 127, top: 'ieee' },
  FLOAT8E4M3FN: { exponentBits: 4, fractionBits: 3, bias: 7, top: 'fn' },
  FLOAT8E4M3FNUZ: { exponentBits: 4, fractionBits: 3, bias: 8, top: 'fnuz' },
  FLOAT8E5M2: { exponentBits: 5, fractionBits: 2, bias: 15, top: 'ieee' },
  FLOAT8E5M2FNUZ: { exponentBits: 5, fractionBits: 2, bias: 16, top: 'fnuz' },
  FLOAT4E2M1: { exponentBits: 2, fractionBits: 1, bias: 1, top: 'finite' },
} as const satisfies { readonly [name: string]: Layout };

/**
 * The value of a small float. Every one is a float32 without rounding.
 *
 * @param bits - the code, right-aligned
 * @see Micikevicius et al., "FP8 Formats for Deep Learning", 2022, Table 1.
 * {@link https://arxiv.org/abs/2209.05433}
 */
export function smallFloat(bits: number, layout: Layout): number {
  const { exponentBits, fractionBits, bias, top } = layout;
  const signBit = 2 ** (exponentBits + fractionBits);
  const magnitude = bits % signBit;
  const negative = bits >= signBit;
  if (top === 'fnuz' && negative && magnitude === 0) return Number.NaN;
  if (top === 'fn' && magnitude === signBit - 1) return Number.NaN;

  const exponent = Math.floor(magnitude / 2 ** fractionBits);
  const fraction = (magnitude % 2 ** fractionBits) / 2 ** fractionBits;
  const sign = negative ? -1 : 1;
  if (top === 'ieee' && exponent === 2 ** exponentBits - 1) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  // The lowest exponent has no hidden one: zeros and subnormal numbers.
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** The value of FLOAT8E8M0: a power of two from 2^-127 to 2^127, or NaN. @param bits - the code, 0 to 255 */
export function powerOfTwo(bits: number): number {
  return bits === 255 ? Number.NaN : 2 ** (bits - 127);
}
