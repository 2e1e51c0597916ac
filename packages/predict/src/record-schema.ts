import { LimbeckError } from '@limbeck/core';
import type { StudentConfig } from './config.js';

/** As much of a Standard Schema as is used here: what zod, valibot and arktype schemas are. */
export interface RecordSchema<Fields extends object = object> {
  /** The schema's own interface. */
  readonly '~standard': {
    /** Checks a value. */
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
    /** What it lets through, for the compiler. */
    readonly types?: { readonly output: Fields } | undefined;
  };
}

/** What a Standard Schema says of a value. */
export interface SchemaResult {
  /** What is wrong with it; nothing where it is right. */
  readonly issues?: readonly { readonly message: string }[] | undefined;
}

/** The labels of a record: the texts that its fields may hold. */
export type LabelsOf<Fields extends object> = Extract<Fields[keyof Fields], string>;

/**
 * Checks that the record of every label is one that a schema lets through.
 * @throws LimbeckError `invalid-option`
 */
export async function checkRecordSchema(
  { field, labels }: StudentConfig,
  schema: RecordSchema,
): Promise<void> {
  for (const label of labels) {
    const { issues } = await schema['~standard'].validate({ [field]: label });
    if (issues === undefined) continue;
    throw new LimbeckError('invalid-option', {
      where: 'loadStudent, schema',
      given: `${JSON.stringify({ [field]: label })}, which the schema refuses: ${issues.map(({ message }) => message).join('; ')}`,
      expected: `a schema of records with "${field}" that lists ${labels.join(', ')}`,
      next: 'Load the folder that belongs to this program, or use the schema that the student was made with.',
    });
  }
}
