import { checkPositive } from '@limbeck/core';
import { gradientNorm, type Optimizer, scaled, type TensorTree } from '@limbeck/tensor';
import { movedOf, movesOf } from './moved.js';
import { mapPaths } from './paths.js';

/**
 * Scales all gradients down together where their norm exceeds `norm`, then lets the optimiser update.
 *
 * ```text
 * n = √(Σ over parameters Σ g²)        g ← g · norm / max(n, norm)
 * ```
 *
 * `metrics.gradientNorm` is n, added up in float64. Parameters that the optimiser does not move have no part in it.
 *
 * @param norm - the largest norm that passes as it is; above 0
 * @throws LimbeckError `invalid-option`
 * @see Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm 1.
 * {@link https://arxiv.org/abs/1211.5063}
 */
export function clipByGlobalNorm<S extends TensorTree>(
  optimizer: Optimizer<S>,
  norm: number,
): Optimizer<S> {
  checkPositive('clipByGlobalNorm', { norm }, 'Use 1, or leave the clipping out.');
  return {
    name: `clipByGlobalNorm(${optimizer.name})`,
    config: { norm, of: optimizer.config ?? null },
    ...movesOf(optimizer),
    init: (parameters) => optimizer.init(parameters),
    update: (given) => {
      const all = movedOf(optimizer, given.gradients);
      if (all.length === 0) return optimizer.update(given);
      const { norm: n, factor } = gradientNorm(all, norm);
      const gradients = mapPaths(given.gradients, (g) => scaled(g, factor));
      const { parameters, state, metrics } = optimizer.update({ ...given, gradients });
      return { parameters, state, metrics: { ...metrics, gradientNorm: n } };
    },
  };
}
