import type { StandardSchemaV1 } from '@standard-schema/spec';
import { LimbeckError } from '@limbeck/core';
import { checkColumnType, typed } from './column-types.js';
import { RecordFault } from './raw-record.js';
import type { ColumnType, RecordOptions } from './record-options.js';

/** Turns what was parsed into a record, at once or later; throws why it is none. */
export type RecordCheck<T> = (value: unknown) => T | Promise<T>;

/** The names of the columns that are asked for, if any are. */
export function wantedColumns(
  columns: RecordOptions<never>['columns'],
): readonly string[] | undefined {
  if (columns === undefined) return undefined;
  return Array.isArray(columns) ? (columns as readonly string[]) : Object.keys(columns);
}

/**
 * What `columns` and `schema` ask of a record.
 *
 * @param text - whether the file knows only text, so that cells are converted
 * @throws LimbeckError `invalid-option` if a column's type is unknown or there is no column
 */
export function recordCheck<T>(
  where: string,
  options: RecordOptions<T>,
  text: boolean,
): RecordCheck<T> {
  const { schema, columns } = options;
  const pick = columns === undefined ? undefined : columnPicker(where, columns, text);
  return (value) => {
    const picked = pick === undefined ? value : pick(value);
    return schema === undefined ? (picked as T) : validated(schema, picked);
  };
}

function columnPicker(
  where: string,
  columns: NonNullable<RecordOptions<never>['columns']>,
  text: boolean,
): (value: unknown) => { [column: string]: unknown } {
  const wanted: [string, ColumnType][] = Array.isArray(columns)
    ? (columns as readonly string[]).map((name) => [name, 'any'])
    : Object.entries(columns as { readonly [column: string]: ColumnType });
  for (const [name, type] of wanted) checkColumnType(where, name, type);
  if (wanted.length === 0) {
    throw new LimbeckError('invalid-option', {
      where,
      given: 'no columns',
      expected: 'the name of at least one',
      next: 'Leave columns out to keep all.',
    });
  }
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new RecordFault('no object, so it has no columns');
    }
    const row: { [column: string]: unknown } = {};
    for (const [name, type] of wanted) {
      if (!Object.hasOwn(value, name)) {
        if (type.endsWith('?')) {
          row[name] = null;
          continue;
        }
        const others = Object.keys(value).slice(0, 10).join(', ');
        throw new RecordFault(`no column ${JSON.stringify(name)}, only ${others || 'none'}`);
      }
      row[name] = typed(name, (value as { [column: string]: unknown })[name], type, text);
    }
    return row;
  };
}

function validated<T>(schema: StandardSchemaV1<unknown, T>, value: unknown): T | Promise<T> {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(valueOf) : valueOf(result);
}

function valueOf<T>(result: StandardSchemaV1.Result<T>): T {
  if (result.issues === undefined) return result.value;
  const said = result.issues.slice(0, 3).map(({ message, path = [] }) => {
    const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return place === '' ? message : `${place}: ${message}`;
  });
  const more = result.issues.length - said.length;
  throw new RecordFault(said.join('; ') + (more > 0 ? `; and ${more} more` : ''));
}
