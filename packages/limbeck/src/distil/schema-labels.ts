import { LimbeckError } from '@limbeck/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** What a schema says of the labels. */
export interface SchemaLabels {
  /** The labels as text, in the schema's order. */
  readonly labels: readonly string[];
  /** The value that the schema wants in place of a label's text, such as the number 1 for `1`. */
  readonly values: ReadonlyMap<string, string | number | boolean>;
  /** The record's columns that the schema speaks of; none for a schema of the label alone. */
  readonly columns: readonly string[] | undefined;
  /** The JSON schema, as the student's folder keeps it. */
  readonly json: JsonSchema;
}

type JsonSchema = { readonly [key: string]: unknown };

/**
 * The labels that a schema allows for a column: an enum, literals, or a union of these, read from the JSON schema that the
 * library gives through `~standard.jsonSchema` or `toJSONSchema()`.
 *
 * @throws LimbeckError `invalid-option` for a schema without a JSON schema, without the column, or whose column is no choice
 */
export function schemaLabels(schema: StandardSchemaV1, column: string): SchemaLabels {
  const json = jsonSchemaOf(schema);
  const properties = json['properties'];
  const found = isObject(properties) ? properties[column] : json;
  const values = isObject(found) ? choices(found) : undefined;
  if (values === undefined || values.length === 0) {
    throw new LimbeckError('invalid-option', {
      where: 'distil, schema',
      given: isObject(properties)
        ? `a schema with the columns ${Object.keys(properties).join(', ')}, in which "${column}" is no list of choices`
        : 'a schema that is neither an object nor a list of choices',
      expected: `an object whose "${column}" is an enum or a union of literals`,
      next: `Write it like z.object({ ${column}: z.enum(['spam', 'ham']) }), or pass labels in place of a schema.`,
    });
  }
  return {
    labels: values.map(String),
    values: new Map(values.map((value) => [String(value), value])),
    columns: isObject(properties) ? Object.keys(properties) : undefined,
    json,
  };
}

/** What libraries offer beside the standard's `validate`. */
interface Convertible {
  readonly '~standard': {
    readonly vendor: string;
    readonly jsonSchema?: { input(options: { readonly target: string }): unknown };
  };
  readonly toJSONSchema?: () => unknown;
  readonly toJsonSchema?: () => unknown;
}

function jsonSchemaOf(schema: StandardSchemaV1): JsonSchema {
  const given = schema as unknown as Convertible;
  const standard = given['~standard'];
  let cause: unknown;
  try {
    const json =
      standard.jsonSchema?.input({ target: 'draft-2020-12' }) ??
      given.toJSONSchema?.() ??
      given.toJsonSchema?.();
    if (isObject(json)) return json;
  } catch (error) {
    cause = error;
  }
  throw new LimbeckError('invalid-option', {
    where: 'distil, schema',
    given: `a schema of ${standard.vendor} that gives no JSON schema`,
    expected:
      'a schema with ~standard.jsonSchema or toJSONSchema(), from which the labels are read',
    next: "List them as well: labels: ['spam', 'ham'].",
    cause,
  });
}

type Choice = string | number | boolean;

/** The values of an enum, a constant, or a union of these; `undefined` for anything else. */
function choices(json: JsonSchema): Choice[] | undefined {
  if (isChoice(json['const'])) return [json['const']];
  if (Array.isArray(json['enum'])) {
    const values: unknown[] = json['enum'];
    return values.every(isChoice) ? values : undefined;
  }
  const parts: unknown = json['anyOf'] ?? json['oneOf'];
  if (!Array.isArray(parts)) return undefined;
  const each = parts.map((part: unknown) => (isObject(part) ? choices(part) : undefined));
  return each.every((part) => part !== undefined) ? each.flat() : undefined;
}

function isChoice(value: unknown): value is Choice {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
