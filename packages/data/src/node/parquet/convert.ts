import { isUtf8 } from 'node:buffer';
import type { DecodedArray, SchemaElement } from 'hyparquet';
import { convert as convertKnown, DEFAULT_PARSERS, parseDecimal } from 'hyparquet/src/convert.js';

/** What stands where a value could not be read; never leaves the reader. */
export class ValueFault {
  /** @param reason - why, in a few words */
  constructor(readonly reason: string) {}
}

/** How whole numbers of 64 bits come out. */
export type Int64 = 'number' | 'bigint';

/** Makes the values of a column out of what is stored. */
export interface Conversion {
  (stored: DecodedArray): DecodedArray;
}

/**
 * How a column's values come out: texts, numbers, dates, bytes. What cannot be one is a {@link ValueFault} in its place.
 *
 * @throws Error if its type is not read here
 */
export function conversionOf(element: SchemaElement, int64: Int64): Conversion {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (converted === 'DECIMAL') return (stored) => decimals(stored, element.scale ?? 0);
  if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') {
    if (converted === 'UTF8' || converted === 'ENUM') return (stored) => mapped(stored, text);
    if (converted === 'JSON') return (stored) => mapped(stored, json);
    if (logical?.type !== 'UUID' && logical?.type !== 'FLOAT16')
      return (stored) => mapped(stored, copied);
  }
  const known = (stored: DecodedArray): DecodedArray =>
    convertKnown(stored, {
      element,
      parsers: DEFAULT_PARSERS,
      utf8: false,
      // Only what `convert` looks at: the way to the column matters to VARIANT alone.
      schemaPath: [],
    } as unknown as Parameters<typeof convertKnown>[1]);
  const isTime = logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP') === true;
  if (type !== 'INT64' || isTime || int64 === 'bigint') return known;
  return (stored) => mapped(known(stored), exactNumber);
}

function mapped(stored: DecodedArray, convert: (value: never) => unknown): unknown[] {
  const values: unknown[] = Array.from({ length: stored.length });
  for (let i = 0; i < stored.length; i++) values[i] = convert(stored[i] as never);
  return values;
}

function text(bytes: Uint8Array): string | ValueFault {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = buffer.toString();
  return !found.includes('\uFFFD') || isUtf8(buffer)
    ? found
    : new ValueFault('a text that is not UTF-8');
}

function json(bytes: Uint8Array): unknown {
  const found = text(bytes);
  if (typeof found !== 'string') return found;
  try {
    return JSON.parse(found) as unknown;
  } catch (cause) {
    // Told with the row that it is in.
    return new ValueFault(`JSON that does not parse (${(cause as Error).message})`);
  }
}

/** A view would keep the whole page, and is rarely aligned. */
function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function exactNumber(value: bigint): number | ValueFault {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return new ValueFault(`${value} is beyond exact numbers: pass int64: 'bigint'`);
}

function decimals(stored: DecodedArray, scale: number): unknown[] {
  const factor = 10 ** scale;
  return mapped(stored, (value: Uint8Array | bigint | number) => {
    if (!(value instanceof Uint8Array)) return Number(value) / factor;
    return value.length > 32
      ? new ValueFault('a decimal of over 32 bytes')
      : parseDecimal(value) / factor;
  });
}
