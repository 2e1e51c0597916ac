import type { Optimizer, Tensor, TensorTree } from '@limbeck/tensor';
import type { ByPath } from './paths.js';

/** The gradients of what an optimiser moves: those of frozen parameters would be computed for nothing. */
export function movedOf<S extends TensorTree>(
  optimizer: Optimizer<S>,
  gradients: ByPath,
): Tensor[] {
  return Object.entries(gradients).flatMap(([path, gradient]) =>
    (optimizer.moves?.(path) ?? true) ? [gradient] : [],
  );
}

/** The part of a wrapper that says what the optimiser inside moves. */
export function movesOf<S extends TensorTree>(
  optimizer: Optimizer<S>,
): Pick<Optimizer<S>, 'moves'> {
  return optimizer.moves === undefined ? {} : { moves: (path: string) => optimizer.moves!(path) };
}
