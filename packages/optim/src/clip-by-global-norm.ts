import { checkPositive } from '@limbeck/core';
import type { Optimizer, TensorTree } from '@limbeck/tensor';
import { mapPaths } from './paths.js';

/**
 * Scales all gradients down together where their norm exceeds `norm`, then lets the optimiser update.
 *
 * ```text
 * n = √(Σ over parameters Σ g²)        g ← g · norm / max(n, norm)
 * ```
 *
 * `metrics.gradientNorm` is n.
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
    init: (parameters) => optimizer.init(parameters),
    update: (given) => {
      const all = Object.values(given.gradients);
      const [first, ...rest] = all.map((g) => g.square().sum());
      if (first === undefined) return optimizer.update(given);
      const n = rest.reduce((total, square) => total.add(square), first).sqrt();
      const factor = n.scalar(norm).div(n.maximum(norm));
      const gradients = mapPaths(given.gradients, (g) => g.mul(factor));
      const { parameters, state, metrics } = optimizer.update({ ...given, gradients });
      return { parameters, state, metrics: { ...metrics, gradientNorm: n } };
    },
  };
}
