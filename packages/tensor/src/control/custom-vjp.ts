import { customVjp as operator, type VjpArguments } from '../ops/custom-vjp.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';

/**
 * A function with a backward pass written by hand, where the derivative of its formula is slow, inexact, or not what is
 * wanted: rounding that lets gradients through, gradients turned round.
 *
 * @param forward - what is computed
 * @param backward - gradients by each input, as expressions that can be differentiated in turn; undefined where none flows
 * @returns the function
 * @throws LimbeckError `shape-mismatch`, from `grad`, if a gradient has not the shape of its input
 * @example
 * ```ts
 * import { customVjp, grad, input, interpret } from '@limbeck/tensor';
 *
 * const straightThrough = customVjp((x) => x.round(), ({ upstream }) => [upstream]);
 * const x = input('x', { dtype: 'float32', shape: [2] });
 * const [dx] = grad(straightThrough(x).mul(3).sum(), [x]);
 * const feeds = { x: { dtype: 'float32', shape: [2], data: Float32Array.of(0.4, 1.7) } } as const;
 * console.log(interpret({ dx: dx! }, feeds).dx.data.join()); // 3,3
 * ```
 */
export function customVjp(
  forward: (...inputs: readonly Tensor[]) => Tensor,
  backward: (given: VjpArguments) => readonly (Tensor | undefined)[],
): (...inputs: readonly Tensor[]) => Tensor {
  return (...inputs) =>
    new Tensor(makeNode(operator, [forward(...inputs), ...inputs], { backward }));
}
