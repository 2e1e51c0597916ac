import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A record as it lies in a file: values by column. */
export type Row = { readonly [column: string]: unknown };

/** A record that was left out. */
export interface BadRecord {
  /** The file. */
  readonly file: string;
  /** Its line, counted from 1; in Parquet files the row, counted from 1. */
  readonly line: number;
  /** Why, in a few words. */
  readonly reason: string;
  /** The record as it stands in the file; of one that is too long, its beginning. */
  readonly raw: string;
}

/** What a bad record does: it is an error, it is left out, or it is left out and written to a file. */
export type OnBad = 'throw' | 'skip' | { readonly deadLetter: string };

/** What the values of a column are. */
export type ValueType =
  | 'any'
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'bytes'
  | 'list'
  | 'object';

/** A type of values; with a question mark, `null` and empty cells are right too. */
export type ColumnType = ValueType | `${ValueType}?`;

/** Options that all readers of records share. */
export interface RecordOptions<T = Row> {
  /** Checks and converts a record; may answer later. @defaultValue records as they are */
  readonly schema?: StandardSchemaV1<unknown, T>;
  /**
   * The columns to keep, with the types of their values if they are to be checked; cells of CSV files are converted. A
   * record without one of them is a bad record. @defaultValue all
   */
  readonly columns?: readonly string[] | { readonly [column: string]: ColumnType };
  /** What a bad record does. @defaultValue `'throw'` */
  readonly onBad?: OnBad;
  /** Receives bad records one by one, unless the first one is an error. */
  readonly onBadRecord?: (bad: BadRecord) => void;
  /** A larger record is a bad one, in bytes. @defaultValue 16 MiB */
  readonly maxRecordBytes?: number;
}

/** How many records there were. */
export interface RecordReport {
  /** Records that came through. */
  readonly read: number;
  /** Bad records. */
  readonly bad: number;
  /** Bad records' share of all, from 0 to 1; 0 of none. */
  readonly share: number;
}

/** Records one by one, and how many there were so far. */
export interface RecordReader<T = Row> extends AsyncGenerator<T> {
  /** How many records were read and how many were bad, up to now. */
  report(): RecordReport;
}

/** 16 MiB: what a record may hold unless told otherwise. */
export const defaultRecordBytes = 16 * 2 ** 20;
