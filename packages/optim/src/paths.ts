import { allocate, type HostTensor, LimbeckError, sizeOf, type Spec } from '@limbeck/core';
import { showShape, type Tensor } from '@limbeck/tensor';

/** Tensors by path. */
export type ByPath = { readonly [path: string]: Tensor };

/** Zeros for every path. @throws LimbeckError `shape-mismatch` for a size that is not a number */
export function zerosByPath(
  where: string,
  specs: { readonly [path: string]: Spec },
): { readonly [path: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(specs).map(([path, { dtype, shape }]) => {
      const sizes = shape.map((dim) => {
        if (typeof dim === 'number') return dim;
        throw new LimbeckError('shape-mismatch', {
          where,
          given: `the parameter "${path}" of shape ${showShape(shape)}`,
          expected: 'sizes that are numbers',
          next: 'Give parameters fixed sizes.',
        });
      });
      return [path, { dtype, shape: sizes, data: allocate(dtype, sizeOf(sizes)) }];
    }),
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
