import { LimbeckError } from '@limbeck/core';
import { RecordFault } from './raw-record.js';
import type { ColumnType, ValueType } from './record-options.js';

/** What a value is, in one word, as a {@link ValueType} or `null`. */
export function typeOf(value: unknown): ValueType | 'null' {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as ValueType;
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (value instanceof Date) return 'date';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return 'list';
  return 'object';
}

const types = ['any', 'string', 'number', 'integer', 'boolean', 'date', 'bytes', 'list', 'object'];

/** Refuses a type that there is none of. @throws LimbeckError `invalid-option` */
export function checkColumnType(where: string, column: string, type: ColumnType): void {
  if (types.includes(type.replace(/\?$/, ''))) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `${JSON.stringify(type)} as the type of column ${JSON.stringify(column)}`,
    expected: `one of ${types.join(', ')}, or one of them with a question mark`,
    next: 'Use "any" for whatever stands there.',
  });
}

/**
 * The value of a column, checked, and converted where it is the text of a cell.
 *
 * @param text - whether values come from a file that knows only text
 */
export function typed(column: string, value: unknown, type: ColumnType, text: boolean): unknown {
  const optional = type.endsWith('?');
  const wanted = (optional ? type.slice(0, -1) : type) as ValueType;
  const empty = value === null || value === undefined || (text && value === '');
  if (empty && optional) return null;
  const converted = text && typeof value === 'string' ? fromText(value, wanted) : value;
  if (converted === undefined) {
    throw new RecordFault(`${column} is ${shown(value)}, which is no ${wanted}`);
  }
  if (wanted === 'any') return converted;
  const actual = typeOf(converted);
  if (wanted === 'number' && typeof converted === 'number' && !Number.isFinite(converted)) {
    throw new RecordFault(`${column} is ${converted}, which is no finite number`);
  }
  if (actual === wanted || (wanted === 'number' && actual === 'integer')) return converted;
  if (actual === 'null') throw new RecordFault(`${column} is empty`);
  throw new RecordFault(`${column} is ${shown(value)}, of type ${actual} and not ${wanted}`);
}

/** The value that a cell stands for; `undefined` if none. */
function fromText(text: string, type: ValueType): unknown {
  if (type === 'any' || type === 'string') return text;
  if (type === 'boolean') {
    const lower = text.toLowerCase();
    return lower === 'true' || lower === '1'
      ? true
      : lower === 'false' || lower === '0'
        ? false
        : undefined;
  }
  if (type === 'number' || type === 'integer') return numberFrom(text);
  if (type === 'date') {
    const time = Date.parse(text);
    return Number.isNaN(time) ? undefined : new Date(time);
  }
  if (type !== 'list' && type !== 'object') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Said by the caller, with the column.
    return undefined;
  }
}

/** Decimal numbers alone: `Number('')` is 0, `Number('0x10')` 16, and nobody means these. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The number that a text stands for, if it is a decimal one and finite. */
export function numberFrom(text: string): number | undefined {
  const trimmed = text.trim();
  if (!decimal.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : undefined;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
