import type { Json, JsonObject } from './json.js';

/** Something that happened during long work: a kind, a time and JSON fields of its own. */
export interface Event {
  /** What happened, such as `train/step` or `label/answer`. */
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly [field: string]: Json;
}

/** Receives events. It must not throw; what it does is its own affair. */
export type EventSink = (event: Event) => void;

/** A logger as pino and console both are: one line of text and JSON fields. */
export interface Logger {
  /** Says something worth knowing. */
  info(message: string, fields?: JsonObject): void;
  /** Says something that may need a person's attention. */
  warn(message: string, fields?: JsonObject): void;
}

/** Options of everything that takes long. */
export interface LongWork {
  /** Stops the work; what was finished is kept. */
  readonly abortSignal?: AbortSignal | undefined;
  /** Receives progress. */
  readonly onEvent?: EventSink | undefined;
  /** Receives lines for people. */
  readonly logger?: Logger | undefined;
}

/** Makes an event of now; fields called `kind` or `atMs` do not count. */
export function event(kind: string, fields: JsonObject = {}): Event {
  return { ...fields, kind, atMs: Date.now() };
}
