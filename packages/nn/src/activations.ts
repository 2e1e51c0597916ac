import type { Tensor } from '@limbeck/tensor';

/** What stands between a feed-forward half's two maps; `swiglu` has a third map, the gate. */
export type Activation = 'swiglu' | 'gelu' | 'geluTanh' | 'relu' | 'silu';

/** The names of {@link Activation}. */
export const activations: readonly Activation[] = ['swiglu', 'gelu', 'geluTanh', 'relu', 'silu'];

/**
 * An activation of `[…, width]`. `swiglu` is SiLU(gate) · x (Shazeer, "GLU Variants Improve Transformer", 2020);
 * `geluTanh` is GPT-2's approximation of GELU, ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel 2016).
 *
 * @param gate - what `swiglu` needs beside x, of the same shape
 */
export function activate(activation: Activation, x: Tensor, gate?: Tensor): Tensor {
  switch (activation) {
    case 'swiglu':
      return gate!.silu().mul(x);
    case 'silu':
      return x.silu();
    case 'relu':
      return x.relu();
    case 'gelu':
      return x.gelu();
    default:
      return geluTanh(x);
  }
}

function geluTanh(x: Tensor): Tensor {
  const cubic = x.square().mul(0.044715).add(1).mul(x);
  const inner = cubic.mul(Math.sqrt(2 / Math.PI));
  return inner.tanh().add(1).mul(x).mul(0.5);
}
