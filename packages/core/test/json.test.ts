import { isDeepStrictEqual } from 'node:util';
import { fc, test } from '@fast-check/vitest';
import { canonicalJson } from '@limbeck/core';
import { describe, expect } from 'vitest';

/** The same value with the keys of every object in another order. */
function reordered(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reordered);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reordered(inner)]),
  );
}

describe('canonicalJson', () => {
  test('sorts keys at every level and keeps the order of arrays', () => {
    const value = { b: { d: 1, c: [3, 1, { z: 0, y: 0 }] }, a: null };
    expect(canonicalJson(value)).toBe('{"a":null,"b":{"c":[3,1,{"y":0,"z":0}],"d":1}}');
  });

  test('sorts by code unit, not by locale', () => {
    expect(canonicalJson({ b: 1, B: 2, ä: 3, a: 4 })).toBe('{"B":2,"a":4,"b":1,"ä":3}');
  });

  test.prop([fc.jsonValue()])('has the same text whatever the order of keys', (value) => {
    expect(canonicalJson(reordered(value))).toBe(canonicalJson(value));
  });

  test.prop([fc.jsonValue()])('can be read back', (value) => {
    // JSON knows no -0.
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  });

  test.prop([fc.jsonValue({ maxDepth: 1 }), fc.jsonValue({ maxDepth: 1 })])(
    'has the same text for equal values only',
    (a, b) => {
      const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      expect(canonicalJson(a) === canonicalJson(b)).toBe(isDeepStrictEqual(plain(a), plain(b)));
    },
  );

  test('leaves undefined fields out, as JSON.stringify does', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  test('asks toJSON', () => {
    expect(canonicalJson({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  test.each([
    ['NaN', { x: NaN }],
    ['an infinity', [Infinity]],
    ['a bigint', { x: 1n }],
    ['a map', { x: new Map([[1, 2]]) }],
    ['a set', new Set([1])],
    ['binary data', { x: Uint8Array.of(1) }],
    ['a buffer', { x: new ArrayBuffer(1) }],
    ['a function', { x: () => 1 }],
    ['undefined', undefined],
    ['a symbol', { x: Symbol('s') }],
  ])('refuses %s, which JSON would lose', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  });

  test('names the field', () => {
    expect(() => canonicalJson({ rate: NaN })).toThrow('canonicalJson: given NaN as "rate"');
  });
});
