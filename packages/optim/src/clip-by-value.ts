import { checkPositive } from '@limbeck/core';
import type { Optimizer, TensorTree } from '@limbeck/tensor';
import { movesOf } from './moved.js';
import { mapPaths } from './paths.js';

/**
 * Brings each number of every gradient into [−limit, limit], then lets the optimiser update. The gradient's direction
 * changes; `clipByGlobalNorm` keeps it.
 *
 * @param limit - the largest absolute value that passes as it is; above 0
 * @throws LimbeckError `invalid-option`
 * @see Mikolov, "Statistical Language Models Based on Neural Networks", 2012, §3.2.2.
 */
export function clipByValue<S extends TensorTree>(
  optimizer: Optimizer<S>,
  limit: number,
): Optimizer<S> {
  checkPositive('clipByValue', { limit }, 'Use 1, or leave the clipping out.');
  return {
    name: `clipByValue(${optimizer.name})`,
    config: { limit, of: optimizer.config ?? null },
    ...movesOf(optimizer),
    init: (parameters) => optimizer.init(parameters),
    update: (given) => {
      const gradients = mapPaths(given.gradients, (g) => g.clamp(-limit, limit));
      return optimizer.update({ ...given, gradients });
    },
  };
}
