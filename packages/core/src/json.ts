import { LimbeckError } from './errors.js';

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object that JSON can hold. */
export type JsonObject = { readonly [key: string]: Json };

/** Whether JSON would lose what tells this value from another. */
function isLost(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (['bigint', 'function', 'symbol'].includes(typeof value)) return true;
  return (
    value instanceof Map ||
    value instanceof Set ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value)
  );
}

/**
 * JSON with keys in sorted order at every level, so that equal values have equal text and different ones do not.
 * Fields that are `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws LimbeckError `invalid-data` for what JSON would write as `null`, `{}` or not at all: NaN, infinities, bigints,
 * functions, maps, sets, binary data, `undefined` itself
 * @example
 * ```ts
 * import { canonicalJson } from '@limbeck/core';
 *
 * console.log(canonicalJson({ b: [1, 2], a: 'x' })); // {"a":"x","b":[1,2]}
 * ```
 */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (isLost(inner)) refuse(key, inner);
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  }) as string | undefined;
  return text ?? refuse('', value);
}

function refuse(key: string, value: unknown): never {
  const kind = typeof value === 'object' && value !== null ? value.constructor.name : String(value);
  throw new LimbeckError('invalid-data', {
    where: 'canonicalJson',
    given: `${kind.slice(0, 80)}${key === '' ? '' : ` as ${JSON.stringify(key)}`}`,
    expected: 'null, booleans, finite numbers, strings, and arrays and objects of these',
    next: 'Convert the value to one of these first.',
  });
}
