import { LimbeckError } from '@limbeck/core';
import type { SchemaElement } from 'hyparquet';
import type { Row } from '../../records/record-options.js';

/** What a column of a Parquet file holds; any value may be `null` as well. */
export type ParquetType =
  | 'string'
  | 'int32'
  | 'int64'
  | 'float'
  | 'double'
  | 'boolean'
  | 'bytes'
  | 'timestamp'
  | 'json'
  | { readonly list: ParquetType }
  | { readonly struct: ParquetSchema };

/** The columns of a Parquet file, in order. */
export interface ParquetSchema {
  readonly [column: string]: ParquetType;
}

const leaves: { readonly [type: string]: Omit<SchemaElement, 'name'> } = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  float: { type: 'FLOAT' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  bytes: { type: 'BYTE_ARRAY' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
};

/** The schema as Parquet has it: parents first, lists as a group of a repeated group. @throws LimbeckError `invalid-option` */
export function schemaElements(schema: ParquetSchema): SchemaElement[] {
  const root = { name: 'root', num_children: Object.keys(schema).length };
  if (root.num_children === 0) refuse('a schema without columns', 'at least one column');
  return [root, ...Object.entries(schema).flatMap(([name, type]) => elementsOf(name, type))];
}

function elementsOf(name: string, type: ParquetType): SchemaElement[] {
  const head = { name, repetition_type: 'OPTIONAL' } as const;
  if (typeof type === 'string') {
    const leaf = Object.hasOwn(leaves, type) ? leaves[type] : undefined;
    if (leaf === undefined) {
      refuse(
        `${JSON.stringify(type)} as the type of column ${JSON.stringify(name)}`,
        Object.keys(leaves).join(', '),
      );
    }
    return [{ ...head, ...leaf }];
  }
  if ('list' in type) {
    return [
      { ...head, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', type.list),
    ];
  }
  const children = Object.entries(type.struct);
  if (children.length === 0) refuse(`a struct ${name} without fields`, 'at least one field');
  return [
    { ...head, num_children: children.length },
    ...children.flatMap(([child, inner]) => elementsOf(child, inner)),
  ];
}

function refuse(given: string, expected: string): never {
  throw new LimbeckError('invalid-option', {
    where: 'writeParquet',
    given,
    expected,
    next: 'Lists are { list: type }, structs { struct: { field: type } }.',
  });
}

/**
 * The narrowest types that hold all values: whole numbers are `int64`, numbers `double`, `null` alone `string`.
 *
 * @throws LimbeckError `dtype-mismatch` if a column's values have no type in common
 */
export function guessSchema(rows: readonly Row[]): ParquetSchema {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      guess(
        name,
        rows.map((row) => row[name]),
      ),
    ]),
  );
}

function guess(name: string, all: readonly unknown[]): ParquetType {
  const values = all.filter((value) => value !== null && value !== undefined);
  if (values.length === 0) return 'string';
  if (values.every((value) => isNumber(value))) {
    const whole = values.every((value) => typeof value === 'bigint' || Number.isSafeInteger(value));
    return whole ? 'int64' : 'double';
  }
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (values.every((value) => typeof value === 'boolean')) return 'boolean';
  if (values.every((value) => value instanceof Uint8Array)) return 'bytes';
  if (values.every((value) => value instanceof Date)) return 'timestamp';
  if (values.every((value) => value instanceof Float32Array)) return { list: 'float' };
  if (values.every(isList))
    return {
      list: guess(
        name,
        values.flatMap((list) => [...list]),
      ),
    };
  if (values.every(isStruct)) {
    const keys = [...new Set(values.flatMap((value) => Object.keys(value)))];
    if (keys.length > 0) {
      return {
        struct: Object.fromEntries(
          keys.map((key) => [
            key,
            guess(
              `${name}.${key}`,
              values.map((value) => value[key]),
            ),
          ]),
        ),
      };
    }
  }
  const kinds = [...new Set(values.map((value) => (Array.isArray(value) ? 'list' : typeof value)))];
  throw new LimbeckError('dtype-mismatch', {
    where: 'writeParquet',
    given: `values of type ${kinds.join(' and ')} in column ${JSON.stringify(name)}`,
    expected: 'values of one type',
    next: 'Make them alike, or give the column the type "json" in schema.',
  });
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isList(value: unknown): value is Iterable<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof Uint8Array));
}

function isStruct(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Date);
}
