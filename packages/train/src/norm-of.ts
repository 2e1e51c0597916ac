import { gradientNorm, type Optimizer, type Tensor, type TensorTree } from '@limbeck/tensor';

/**
 * A loss may be finite and its gradient not, as that of √x at 0: the norm says so before the update, and the step is not
 * kept. Where gradients are clipped, the norm that the clipping tells takes the place of this one.
 */
export function normOf<OS extends TensorTree>(
  optimizer: Optimizer<OS>,
  gradients: { readonly [path: string]: Tensor },
): { readonly [metric: string]: Tensor } {
  const moved = Object.entries(gradients).filter(([path]) => optimizer.moves?.(path) ?? true);
  if (moved.length === 0) return {};
  return { gradientNorm: gradientNorm(Object.values(Object.fromEntries(moved)), 1).norm };
}
