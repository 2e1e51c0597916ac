import { LimbeckError } from '@limbeck/core';
import type { ParquetType } from './column-schema.js';

/**
 * A value as the writer wants it for its column's type.
 *
 * @param place - the column and row, for messages
 * @throws LimbeckError `dtype-mismatch`
 */
export function storable(value: unknown, type: ParquetType, place: () => string): unknown {
  if (value === null || value === undefined) return null;
  if (typeof type !== 'string') return nested(value, type, place);
  switch (type) {
    case 'string':
      return typeof value === 'string' ? wellFormed(value, place) : refuse(value, type, place);
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse(value, type, place);
    case 'int32':
      return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 31 - 1
        ? value
        : refuse(value, type, place);
    case 'int64':
      if (typeof value === 'bigint')
        return BigInt.asIntN(64, value) === value ? value : refuse(value, type, place);
      return Number.isSafeInteger(value) ? BigInt(value as number) : refuse(value, type, place);
    case 'float':
    case 'double':
      return typeof value === 'number' ? value : refuse(value, type, place);
    case 'bytes':
      return value instanceof Uint8Array ? value : refuse(value, type, place);
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime())
        ? value
        : refuse(value, type, place);
    default:
      return JSON.parse(JSON.stringify(value)) as unknown;
  }
}

function nested(value: unknown, type: Exclude<ParquetType, string>, place: () => string): unknown {
  if ('list' in type) {
    const isList =
      Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    if (!isList) return refuse(value, 'list', place);
    return Array.from(value as Iterable<unknown>, (item, i) =>
      storable(item, type.list, () => `${place()}, item ${i}`),
    );
  }
  if (typeof value !== 'object' || Array.isArray(value)) return refuse(value, 'struct', place);
  const fields = value as { readonly [field: string]: unknown };
  const extra = Object.keys(fields).find((field) => !Object.hasOwn(type.struct, field));
  if (extra !== undefined) return refuse(extra, 'struct without this field', place);
  return Object.fromEntries(
    Object.entries(type.struct).map(([field, inner]) => [
      field,
      storable(fields[field], inner, () => `${place()}, field ${field}`),
    ]),
  );
}

/** Half a pair of surrogates has no bytes in UTF-8. */
function wellFormed(text: string, place: () => string): string {
  return /\p{Surrogate}/u.test(text) ? refuse(text, 'text in Unicode', place) : text;
}

function refuse(value: unknown, wanted: string, place: () => string): never {
  const shown =
    typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value).slice(0, 40);
  throw new LimbeckError('dtype-mismatch', {
    where: 'writeParquet',
    given: `${shown} in ${place()}`,
    expected: wanted,
    next: 'Convert the value, or give the column another type in schema.',
  });
}
