import { checkPositive, LimbeckError } from '@limbeck/core';
import { multiplyDims, showShape } from '../dims.js';
import { scalar } from '../functions.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { composite } from './composite.js';

/** What {@link gradientNorm} gives. */
export interface GradientNorm {
  /** n: a float32 scalar. */
  readonly norm: Tensor;
  /** limit / max(n, limit): a float32 scalar, 1 where the norm is within the limit. */
  readonly factor: Tensor;
}

type NormAttributes = { readonly limit: number };

/**
 * Squares are added up in this many columns, row after row, and the columns in pairs: an order that is written into the
 * graph, so that every engine rounds alike.
 */
const columns = 16;

const norm = composite<NormAttributes>({
  name: 'gradientNorm',
  kernel: 'gradientNorm',
  expand: (gradients, { limit }) => {
    const [first, ...rest] = gradients.map(columnSums);
    let sums = rest.reduce((total, some) => total.add(some), first!);
    for (let half = columns / 2; half >= 1; half /= 2) sums = sums.reshape([2, half]).sum(0);
    const n = sums.reshape([]).sqrt();
    return [n.cast('float32'), n.scalar(limit).div(n.maximum(limit)).cast('float32')];
  },
});

/** Σ g² in float64 by column: element i is in column i mod 16. */
function columnSums(gradient: Tensor): Tensor {
  const size = multiplyDims(...gradient.shape);
  if (typeof size !== 'number') {
    throw new LimbeckError('shape-mismatch', {
      where: 'gradientNorm',
      given: `a gradient of shape ${showShape(gradient.shape)}`,
      expected: 'sizes that are numbers, as those of parameters are',
      next: 'Give parameters fixed sizes.',
    });
  }
  const flat = gradient.reshape([size]).cast('float64');
  const missing = (columns - (size % columns)) % columns;
  const whole = missing === 0 ? flat : flat.pad(0, 0, missing);
  return whole
    .reshape([(size + missing) / columns, columns])
    .square()
    .sum(0);
}

/**
 * The norm of all gradients together, and the factor that brings it down to a limit, as a single operator that a runtime
 * may run outside the graph. Sums are float64.
 *
 * ```text
 * n = √(Σ over gradients Σ g²)        factor = limit / max(n, limit)
 * ```
 *
 * @param gradients - at least one; of fixed sizes
 * @param limit - the largest norm that passes as it is; above 0
 * @throws LimbeckError `invalid-option` for a limit that is no finite number above 0; `shape-mismatch` for a size that is not a
 * number
 * @see Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm 1.
 * {@link https://arxiv.org/abs/1211.5063}
 */
export function gradientNorm(gradients: readonly Tensor[], limit: number): GradientNorm {
  checkPositive('gradientNorm', { limit }, 'Use 1, or leave the clipping out.');
  // Empty ones add nothing, and ONNX reads a size of 0 in Reshape as one to be copied.
  const filled = gradients.filter(({ shape }) => !shape.includes(0));
  if (filled.length === 0) return { norm: scalar(0), factor: scalar(1) };
  const node = makeNode(norm, filled, { limit });
  return { norm: new Tensor(node, 0), factor: new Tensor(node, 1) };
}
