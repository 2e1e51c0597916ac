import {
  checkPositive,
  hostTensor,
  type HostTensor,
  LimbeckError,
  type Rng,
  sizeOf,
} from '@limbeck/core';

/** Fresh values for a parameter of a shape. */
export type Initialiser = (rng: Rng, shape: readonly number[]) => HostTensor<'float32'>;

/** All 0. */
export const zeros: Initialiser = (_rng, shape) => filled(shape, () => 0);

/** All 1. */
export const ones: Initialiser = (_rng, shape) => filled(shape, () => 1);

/**
 * Uniform in ±√(6 / (in + out)), which keeps the variance steady both ways through linear and tanh layers.
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16.
 */
export const xavierUniform: Initialiser = (rng, shape) => {
  const { fanIn, fanOut } = fans('xavierUniform', shape);
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  return filled(shape, () => rng.uniform(-bound, bound));
};

/**
 * Normal with variance 2 / in, which keeps it steady forward through ReLU layers.
 * He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, equation 10.
 */
export const kaimingNormal: Initialiser = (rng, shape) => {
  const deviation = Math.sqrt(2 / fans('kaimingNormal', shape).fanIn);
  return filled(shape, () => rng.normal(0, deviation));
};

/**
 * Normal of this standard deviation, drawn again beyond two of it, as BERT does.
 *
 * @throws LimbeckError `invalid-option`
 */
export function truncatedNormal(deviation = 0.02): Initialiser {
  checkPositive('truncatedNormal', { deviation }, 'Use a value such as 0.02.');
  return (rng, shape) =>
    filled(shape, () => {
      let value = rng.normal();
      while (Math.abs(value) > 2) value = rng.normal();
      return value * deviation;
    });
}

function filled(shape: readonly number[], value: () => number): HostTensor<'float32'> {
  return hostTensor('float32', shape, Float32Array.from({ length: sizeOf(shape) }, value));
}

/**
 * How many numbers a unit reads and feeds: `[in, out]` for matrices, `[out, in, …kernel]` for convolutions.
 */
function fans(
  where: string,
  shape: readonly number[],
): { readonly fanIn: number; readonly fanOut: number } {
  const [a, b, ...kernel] = shape;
  if (a === undefined || b === undefined || kernel.length > 2) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `the shape [${shape.join(', ')}]`,
      expected: '[in, out], [out, in, kernel] or [out, in, height, width]',
      next: 'Use truncatedNormal(), zeros or ones for other shapes.',
    });
  }
  if (kernel.length === 0) return { fanIn: Math.max(a, 1), fanOut: b };
  const elements = sizeOf(kernel);
  return { fanIn: Math.max(b * elements, 1), fanOut: a * elements };
}
