import { LimbeckError } from '@limbeck/core';

/** A value that a query is given: never part of its text. */
export type QueryValue = string | number | bigint | boolean | Date | null;

/** A query whose values stand beside it, in the order of its question marks. */
export interface Query {
  /** Text made of our own words and quoted names alone. */
  readonly sql: string;
  readonly values: readonly (QueryValue | readonly string[])[];
  /** The names of the columns that it gives. */
  readonly columns: readonly string[];
}

/** A name as an identifier: whatever it holds, it is one. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal: whatever it holds, it is one, since only a quote ends it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Names as a list of identifiers, each of the table `of`. */
export function list(names: readonly string[], of?: string): string {
  return names
    .map((name) => (of === undefined ? quoted(name) : `${of}.${quoted(name)}`))
    .join(', ');
}

/** A name that no column has. */
export function freeName(columns: readonly string[]): string {
  let name = 'place';
  while (columns.some((column) => column.toLowerCase() === name)) name += '_';
  return name;
}

/** Refuses names that are no columns. @throws LimbeckError `unknown-name` */
export function checkColumns(
  where: string,
  names: readonly string[],
  columns: readonly string[],
): void {
  for (const name of names) {
    if (columns.includes(name)) continue;
    throw new LimbeckError('unknown-name', {
      where,
      given: `the column ${JSON.stringify(name)}`,
      expected: `one of ${columns.join(', ')}`,
      next: 'Correct the name: capitals count.',
    });
  }
}

/** Refuses two columns of one name; databases do not tell `Text` from `text`. @throws LimbeckError `duplicate-name` */
export function checkDifferent(where: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (!seen.has(name.toLowerCase())) {
      seen.add(name.toLowerCase());
      continue;
    }
    throw new LimbeckError('duplicate-name', {
      where,
      given: `two columns called ${JSON.stringify(name)}`,
      expected: 'a name of its own for every column',
      next: 'Rename one with select({ newName: "oldName", … }) first.',
    });
  }
}
