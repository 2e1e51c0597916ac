import { LimbeckError } from '@limbeck/core';

/** Throws unless the value at `path` is a `T`. */
export type Check<T> = ((value: unknown, path: string) => void) & { readonly __type?: T };

function refuse(path: string, value: unknown, expected: string): never {
  const shown = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  throw new LimbeckError('invalid-data', {
    where: path.slice(0, path.search(/[.[]|$/u)),
    given: `${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown} as ${path}`,
    expected,
    next: 'Write the file with @limbeck/evaluators, which checks it before.',
  });
}

/** Any text. */
export const text: Check<string> = (value, path) => {
  if (typeof value !== 'string') refuse(path, value, 'a text');
};

/** `true` or `false`. */
export const flag: Check<boolean> = (value, path) => {
  if (typeof value !== 'boolean') refuse(path, value, 'true or false');
};

/** A finite number in `[low, high]`. */
export function number(low = -Infinity, high = Infinity): Check<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      refuse(path, value, 'a finite number');
    }
    if (value < low || value > high) refuse(path, value, `a number from ${low} to ${high}`);
  };
}

/** A whole number of at least 0. */
export const count: Check<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    refuse(path, value, 'a whole number of at least 0');
  }
};

/** One of these values. */
export function oneOf<T extends string | number>(...allowed: readonly T[]): Check<T> {
  return (value, path) => {
    if (!allowed.includes(value as T)) refuse(path, value, allowed.join(' or '));
  };
}

/** A list. */
export function list<T>(item: Check<T>): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) refuse(path, value, 'a list');
    value.forEach((inner: unknown, i) => item(inner, `${path}[${i}]`));
  };
}

/** A table from names to values. */
export function table<T>(item: Check<T>): Check<{ readonly [name: string]: T }> {
  return (value, path) => {
    for (const [name, inner] of Object.entries(object(value, path))) item(inner, `${path}.${name}`);
  };
}

/** The value, or `null`. */
export function nullable<T>(item: Check<T>): Check<T | null> {
  return (value, path) => {
    if (value !== null) item(value, path);
  };
}

type Required<T> = { readonly [K in keyof T as T[K] extends undefined ? never : K]-?: T[K] };
type Fields<T> = { readonly [K in keyof Required<T>]: Check<Exclude<T[K], undefined>> };

/**
 * An object with these fields; others are left alone. Each field of `T` needs its check, so that a type and
 * its reader cannot drift apart; names in `optional` may be absent.
 */
export function fields<T>(checks: Fields<T>, optional: readonly OptionalKeys<T>[] = []): Check<T> {
  const absent = new Set<string>(optional);
  return (value, path) => {
    const given = object(value, path);
    for (const [name, check] of Object.entries<Check<unknown>>(checks)) {
      if (given[name] === undefined && absent.has(name)) continue;
      check(given[name], `${path}.${name}`);
    }
  };
}

/** The names of the fields of `T` that may be absent. */
export type OptionalKeys<T> = {
  [K in keyof T & string]-?: object extends Pick<T, K> ? K : never;
}[keyof T & string];

function object(value: unknown, path: string): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(path, value, 'an object');
  }
  return value as { readonly [name: string]: unknown };
}

/** Refuses a file of a later format. @throws LimbeckError `format-too-new`, `invalid-data` */
export function checkFormat(where: string, value: unknown, newest: number): void {
  const version = object(value, where)['formatVersion'];
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    refuse(`${where}.formatVersion`, version, `a whole number from 1 to ${newest}`);
  }
  if ((version as number) > newest) {
    throw new LimbeckError('format-too-new', {
      where,
      given: `formatVersion ${String(version)}`,
      expected: `at most ${newest}`,
      next: 'Update @limbeck/evaluators to read this file.',
    });
  }
}
