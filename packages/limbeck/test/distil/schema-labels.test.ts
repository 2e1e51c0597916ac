import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { schemaLabels } from '../../src/distil/schema-labels.js';

describe('schemaLabels', () => {
  test.each([
    ['an enum', z.object({ kind: z.enum(['spam', 'ham']) }), ['spam', 'ham']],
    ['a union', z.object({ kind: z.union([z.literal('a'), z.literal('b')]) }), ['a', 'b']],
    ['a literal of several', z.object({ kind: z.literal(['x', 'y']) }), ['x', 'y']],
    ['numbers', z.object({ kind: z.union([z.literal(0), z.literal(1)]) }), ['0', '1']],
    ['the label alone', z.enum(['spam', 'ham']), ['spam', 'ham']],
    ['an object with more', z.object({ body: z.string(), kind: z.enum(['a', 'b']) }), ['a', 'b']],
  ])('reads the labels of %s in order', (_name, schema, labels) => {
    expect(schemaLabels(schema, 'kind').labels).toEqual(labels);
  });

  test('knows the value behind a label', () => {
    const { values, columns } = schemaLabels(
      z.object({ kind: z.union([z.literal(0), z.literal(1)]) }),
      'kind',
    );
    expect(values.get('1')).toBe(1);
    expect(columns).toEqual(['kind']);
  });

  test.each([
    ['a column that is no choice', z.object({ kind: z.string() })],
    ['a schema without the column', z.object({ other: z.enum(['a', 'b']) })],
    ['a schema of something else', z.string()],
    ['a schema that has no JSON form', z.object({ kind: z.date() })],
  ])('refuses %s', (_name, schema) => {
    expect(() => schemaLabels(schema, 'kind')).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  test('asks for labels where a library gives no JSON schema', () => {
    const bare = {
      '~standard': { version: 1, vendor: 'mine', validate: (value: unknown) => ({ value }) },
    } as const;
    expect(() => schemaLabels(bare, 'kind')).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message: expect.stringContaining("labels: ['spam', 'ham']"),
      }),
    );
  });

  test('reads the JSON schema of a library that has a method for it', () => {
    const typed = {
      '~standard': { version: 1, vendor: 'mine', validate: (value: unknown) => ({ value }) },
      toJsonSchema: () => ({ enum: ['a', 'b'] }),
    } as const;
    expect(schemaLabels(typed, 'kind').labels).toEqual(['a', 'b']);
  });
});
