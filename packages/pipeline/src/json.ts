import { type Json, LimbeckError } from '@limbeck/core';

/**
 * `T` where JSON can hold it, and `never` at the places where it cannot: functions, symbols, bigints, dates and
 * binary data. Unlike `Json` it takes interfaces, which have no index signature.
 */
export type AsJson<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends bigint | symbol | Date | ArrayBufferView | ((...given: never[]) => unknown)
    ? never
    : { [K in keyof T]: AsJson<T[K]> };

/**
 * The value as JSON will give it back: a deep copy without `undefined` fields.
 *
 * @param where - Names the place in an error.
 * @throws LimbeckError `invalid-data` for what JSON would lose or change without a word: numbers that are not finite,
 * functions, bigints, dates, binary data, `undefined` outside an object's fields, cycles.
 */
export function toJson(where: string, value: unknown): Json {
  return copy(where, value, '', []);
}

function copy(where: string, value: unknown, path: string, above: readonly object[]): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    // JSON writes −0 as 0: a step must be given the same, fresh or cached.
    if (Number.isFinite(value)) return value === 0 ? 0 : value;
    return refuse(
      where,
      path,
      String(value),
      'Turn it into null or text, or find out why it is not a number.',
    );
  }
  if (typeof value !== 'object') {
    return refuse(
      where,
      path,
      typeof value,
      'Leave it out, or write it into a file in the folder.',
    );
  }
  if (above.includes(value)) {
    return refuse(where, path, 'a reference to a value around it', 'Name it by a key instead.');
  }
  const inside = [...above, value];
  if (Array.isArray(value)) {
    return value.map((item: unknown, i) => copy(where, item, `${path}[${i}]`, inside));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    const kind = value.constructor.name;
    return refuse(
      where,
      path,
      `an object of class ${kind}`,
      'Turn it into plain objects and arrays, or write it into a file in the folder.',
    );
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, copy(where, inner, `${path}.${key}`, inside)]),
  );
}

function refuse(where: string, path: string, given: string, next: string): never {
  throw new LimbeckError('invalid-data', {
    where,
    given: `${given} at value${path}`,
    expected: 'a value that JSON can hold',
    next,
  });
}
