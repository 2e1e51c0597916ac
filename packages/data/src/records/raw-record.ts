/** A record as a file's reader found it: its value, or why it has none. */
export type RawRecord = GoodRecord | FaultyRecord;

/** A record that could be parsed. */
export interface GoodRecord {
  /** The file. */
  readonly file: string;
  /** Line or row, counted from 1. */
  readonly line: number;
  /** What was parsed. */
  readonly value: unknown;
  /** The text it was parsed from, made when it is asked for. */
  readonly raw: () => string;
}

/** A record that could not. */
export interface FaultyRecord {
  /** The file. */
  readonly file: string;
  /** Line or row, counted from 1. */
  readonly line: number;
  /** Why, in a few words. */
  readonly reason: string;
  /** The text that could not be parsed. */
  readonly raw: () => string;
  /** The error behind it. */
  readonly cause?: unknown;
}

/** Why a value is no record; never leaves the package. */
export class RecordFault extends Error {}
