import { LimbeckError } from '@limbeck/core';

/** Any value of a JSON file that nothing has checked. */
export type Json = unknown;

/** The value if it is an object. */
export function object(value: Json): { readonly [key: string]: Json } | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : undefined;
}

/** The objects of a list; none if it is no list. */
export function records(value: Json): { readonly [key: string]: Json }[] {
  return Array.isArray(value) ? value.map((item) => object(item) ?? {}) : [];
}

/** The value if it is a string. */
export function text(value: Json): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A `tokenizer.json` that is none, or one that this library cannot do. */
export function invalidTokeniser(given: string, expected: string, cause?: unknown): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'tokeniser',
    given,
    expected,
    next: 'Fetch tokenizer.json again, or save it anew with the tool that made it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
