import { allocate, type HostTensor, LimbeckError, sizeOf, type Spec } from '@limbeck/core';
import { showShape, type Tensor } from '@limbeck/tensor';

/** Tensors by path. */
export type ByPath = { readonly [path: string]: Tensor };

/**
 * A parameter's sizes.
 *
 * @throws LimbeckError `shape-mismatch` for a size that is not a number; `dtype-mismatch` for what is no float
 */
export function fixedSizes(where: string, path: string, { dtype, shape }: Spec): number[] {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new LimbeckError('dtype-mismatch', {
      where,
      given: `the parameter "${path}" of dtype ${dtype}`,
      expected: 'float32 or float64: only floats can be trained',
      next: "Keep it in the model's state, or in a group that is 'frozen'.",
    });
  }
  return shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `the parameter "${path}" of shape ${showShape(shape)}`,
      expected: 'sizes that are numbers',
      next: 'Give parameters fixed sizes.',
    });
  });
}

/** Zeros of a shape. */
export function zeros(dtype: HostTensor['dtype'], shape: readonly number[]): HostTensor {
  return { dtype, shape, data: allocate(dtype, sizeOf(shape)) };
}

/** Zeros for every path. @throws LimbeckError `shape-mismatch`, `dtype-mismatch`, as {@link fixedSizes} */
export function zerosByPath(
  where: string,
  specs: { readonly [path: string]: Spec },
): { readonly [path: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(specs).map(([path, spec]) => [
      path,
      zeros(spec.dtype, fixedSizes(where, path, spec)),
    ]),
  );
}

/** The value at a path. @throws LimbeckError `missing-signal` */
export function at(where: string, what: string, tensors: ByPath, path: string): Tensor {
  const found = tensors[path];
  if (found !== undefined) return found;
  throw new LimbeckError('missing-signal', {
    where,
    given: `no ${what} for the parameter "${path}"`,
    expected: `one for each of the parameters; there are ${Object.keys(tensors).join(', ') || 'none'}`,
    next: `Pass ${what}s by the same paths as the parameters.`,
  });
}

/** A change of every parameter, by path. */
export function mapPaths<To>(
  tensors: ByPath,
  change: (tensor: Tensor, path: string) => To,
): { readonly [path: string]: To } {
  return Object.fromEntries(
    Object.entries(tensors).map(([path, tensor]) => [path, change(tensor, path)]),
  );
}
