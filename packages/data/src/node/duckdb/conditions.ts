import { LimbeckError } from '@limbeck/core';
import { checkColumns, quoted, type QueryValue } from './query.js';

const comparisons = {
  '=': 'IS NOT DISTINCT FROM ?',
  '!=': 'IS DISTINCT FROM ?',
  '<': '< ?',
  '<=': '<= ?',
  '>': '> ?',
  '>=': '>= ?',
} as const;

const texts = { contains: 'contains', startsWith: 'starts_with', endsWith: 'ends_with' } as const;

/**
 * What a row must fulfil: a column compared with a value, or conditions joined. `null` equals `null` and nothing else; it is
 * neither smaller nor larger than anything. Texts are compared as they are, capitals and all.
 */
export type Condition =
  | readonly [column: string, is: '=' | '!=' | '<' | '<=' | '>' | '>=', value: QueryValue]
  | readonly [column: string, does: 'contains' | 'startsWith' | 'endsWith', value: string]
  | readonly [column: string, is: 'in' | 'not in', values: readonly QueryValue[]]
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] }
  | { readonly not: Condition };

/** A condition as text and values. @throws LimbeckError `unknown-name`, `invalid-option` */
export function conditionSql(
  condition: Condition,
  columns: readonly string[],
): { readonly sql: string; readonly values: readonly QueryValue[] } {
  const joined = (all: readonly Condition[], word: string, none: string) => {
    const parts = all.map((each) => conditionSql(each, columns));
    return {
      sql: parts.length === 0 ? none : `(${parts.map((part) => part.sql).join(` ${word} `)})`,
      values: parts.flatMap((part) => part.values),
    };
  };
  if ('and' in condition) return joined(condition.and, 'AND', 'true');
  if ('or' in condition) return joined(condition.or, 'OR', 'false');
  if ('not' in condition) {
    const { sql, values } = conditionSql(condition.not, columns);
    return { sql: `(NOT ${sql})`, values };
  }
  const [column, operator, value] = condition;
  checkColumns('filter', [column], columns);
  if (Array.isArray(value)) {
    if (operator === 'in' || operator === 'not in') {
      // Written out, so that null is found among the values like any other.
      const any = joined(
        (value as readonly QueryValue[]).map((each): Condition => [column, '=', each]),
        'OR',
        'false',
      );
      return operator === 'in' ? any : { ...any, sql: `(NOT ${any.sql})` };
    }
  } else if (Object.hasOwn(comparisons, operator)) {
    const test = comparisons[operator as keyof typeof comparisons];
    // A comparison with null is neither true nor false in SQL: here it is false, so that `not` means not.
    return { sql: `coalesce(${quoted(column)} ${test}, false)`, values: [value as QueryValue] };
  } else if (Object.hasOwn(texts, operator) && typeof value === 'string') {
    const name = texts[operator as keyof typeof texts];
    return { sql: `coalesce(${name}(${quoted(column)}, ?), false)`, values: [value] };
  }
  throw new LimbeckError('invalid-option', {
    where: 'filter',
    given: JSON.stringify(condition, (_, each: unknown) =>
      typeof each === 'bigint' ? String(each) : each,
    ),
    expected: `[column, operator, value] with ${[...Object.keys(comparisons), ...Object.keys(texts)].join(' ')}, or in and not in with a list`,
    next: 'Use one of these operators, or and, or, not around conditions.',
  });
}
