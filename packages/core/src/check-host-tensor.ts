import { LimbeckError } from './errors.js';
import { arrayOf, type HostTensor, sizeOf } from './tree.js';

/** The class of an array, also of one that comes from another realm, where `instanceof` fails. */
const kindOf = (data: unknown): string | undefined =>
  ArrayBuffer.isView(data)
    ? (data as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag]
    : undefined;

function refuse(
  code: 'invalid-data' | 'dtype-mismatch' | 'shape-mismatch',
  where: string,
  given: string,
  expected: string,
): never {
  const next = 'Make tensors with hostTensor, which checks this.';
  throw new LimbeckError(code, { where, given, expected, next });
}

function described(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return kindOf(value) ?? (typeof value === 'object' ? 'an object' : typeof value);
}

/**
 * Checks that a value is a tensor on the host, whoever made it: callers without types pass anything.
 *
 * @param where - what the value is for, for messages
 * @throws LimbeckError `invalid-data` for what is no tensor, or whose data are no typed array; `dtype-mismatch` for a
 * dtype that there is not, and for an array of another kind; `shape-mismatch` for sizes that are no whole numbers, and
 * for another number of elements
 * @example
 * ```ts
 * import { checkHostTensor } from '@limbeck/core';
 *
 * try {
 *   checkHostTensor('input "x"', [1, 2]);
 * } catch (error) {
 *   console.log((error as Error).message.split(';')[0]); // input "x": given an array
 * }
 * ```
 */
export function checkHostTensor(where: string, value: unknown): asserts value is HostTensor {
  const { dtype, shape, data } = (value ?? {}) as Partial<HostTensor>;
  if (typeof dtype !== 'string' || !Array.isArray(shape)) {
    refuse('invalid-data', where, described(value), 'a tensor: { dtype, shape, data }');
  }
  const sizes = `[${shape.join(', ')}]`;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    refuse('shape-mismatch', where, `the shape ${sizes}`, 'whole numbers of at least 0');
  }
  const wanted = kindOf(new (arrayOf(where, dtype))(0));
  const found = kindOf(data);
  if (found === undefined) {
    refuse('invalid-data', where, `${described(data)} as data of ${dtype} ${sizes}`, `a ${wanted}`);
  }
  if (found !== wanted) {
    refuse('dtype-mismatch', where, `a ${found} as data of ${dtype} ${sizes}`, `a ${wanted}`);
  }
  const { length } = data as HostTensor['data'];
  if (length === sizeOf(shape)) return;
  const expected = `${sizeOf(shape)} elements`;
  refuse('shape-mismatch', where, `${length} elements for ${dtype} ${sizes}`, expected);
}
