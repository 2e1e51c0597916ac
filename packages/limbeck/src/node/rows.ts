import path from 'node:path';
import { isLimbeckError, LimbeckError } from '@limbeck/core';
import type { BadRecord } from '@limbeck/data';
import { readRecords } from '@limbeck/data/node';
import type { CommandIo } from './io.js';

/** A record of a file: values by field. */
export type Row = { readonly [field: string]: unknown };

/**
 * All records of a file or folder, by whichever reader fits it. Those that cannot be read are set aside, and how many they
 * are is told.
 *
 * @throws LimbeckError `empty-data` for none; `invalid-record` where none can be read; as `readRecords`
 */
export async function readRows(
  io: CommandIo,
  where: string,
  name: string,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let first: BadRecord | undefined;
  const onBadRecord = (record: BadRecord): void => void (first ??= record);
  const records = readRecords(path.resolve(io.cwd, name), { onBad: 'skip', onBadRecord });
  try {
    for await (const row of records) rows.push(row);
  } catch (error) {
    throw isLimbeckError(error, 'invalid-option') ? unknownFormat(where, error) : error;
  }
  if (first !== undefined) {
    const { bad } = records.report();
    const given = `${bad} of ${rows.length + bad} records of ${name}`;
    const why = `${path.relative(io.cwd, first.file)}:${first.line}, ${first.reason}`;
    if (rows.length === 0) throw unreadable(where, given, why);
    io.err(`${given} set aside, the first of them ${why}.`);
  }
  if (rows.length > 0) return rows;
  throw new LimbeckError('empty-data', {
    where,
    given: `${name} without a record`,
    expected: 'at least one',
    next: 'Check the path: the file is empty, or holds no more than a header.',
  });
}

/** Of what the reader was given only the file may be wrong; a command has no option for its format. */
function unknownFormat(where: string, { given, expected }: LimbeckError): LimbeckError {
  return new LimbeckError('invalid-option', { where, given, expected, next: renameIt });
}

const renameIt =
  'Give it the ending of what it holds: .jsonl, .json, .csv, .tsv or .parquet, with .gz behind it where it is gzipped.';

function unreadable(where: string, given: string, why: string): LimbeckError {
  return new LimbeckError('invalid-record', {
    where,
    given: `${given} that cannot be read, the first of them ${why}`,
    expected: 'records of the kind that the ending of the name says',
    next: `Correct the file. ${renameIt}`,
  });
}

/**
 * A field of every row.
 *
 * @throws LimbeckError `invalid-record` for a row without it, with the fields that there are
 */
export function column(
  where: string,
  rows: readonly Row[],
  field: string,
  option: string,
): readonly unknown[] {
  return rows.map((row, i) => {
    const value = row[field];
    if (value !== undefined && value !== null) return value;
    throw new LimbeckError('invalid-record', {
      where,
      given: `record ${i + 1} without ${JSON.stringify(field)}: it has ${Object.keys(row).join(', ') || 'nothing'}`,
      expected: `a value in every record's ${JSON.stringify(field)}`,
      next: `Name the field with --${option}, or leave the record out.`,
    });
  });
}

/** A field that holds texts. @throws LimbeckError `invalid-record` for a row without one */
export function textColumn(where: string, rows: readonly Row[], field: string): readonly string[] {
  return column(where, rows, field, 'text').map((value, i) => {
    if (typeof value === 'string') return value;
    throw new LimbeckError('invalid-record', {
      where,
      given: `${JSON.stringify(value)} in ${JSON.stringify(field)} of record ${i + 1}`,
      expected: 'a text',
      next: 'Name the field that holds the texts with --text.',
    });
  });
}
