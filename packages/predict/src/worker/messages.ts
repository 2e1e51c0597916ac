import { type ErrorCode, isLimbeckError, LimbeckError } from '@limbeck/core';
import type { StudentConfig } from '../config.js';

/** What is asked of a student elsewhere. */
export type Request =
  | { readonly kind: 'predict'; readonly id: number; readonly texts: readonly string[] }
  | {
      readonly kind: 'explain';
      readonly id: number;
      readonly text: string;
      readonly options: { readonly label?: string; readonly maxPieces?: number };
    }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'dispose'; readonly id: number };

/** What comes back; `id` 0 says that the student is loaded, or why it is not. */
export type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PostedError };

/** What is told of a student once it is loaded. */
export interface Loaded {
  /** What its folder says. */
  readonly config: StudentConfig;
  /** What runs it. */
  readonly engine: string;
}

/** An error as plain data: cloning takes its class away. */
interface PostedError {
  readonly code: ErrorCode;
  readonly where: string;
  readonly given: string;
  readonly expected: string;
  readonly next: string;
}

/** Makes an error ready to be posted. */
export function posted(error: unknown): PostedError {
  if (isLimbeckError(error)) {
    const { code, where, given, expected, next } = error;
    return { code, where, given, expected, next };
  }
  return {
    code: 'worker-failed',
    where: 'serveStudent',
    given: error instanceof Error ? error.message : String(error),
    expected: 'an answer',
    next: 'Look at the log of the worker.',
  };
}

/** The error that was posted. */
export function received({ code, ...details }: PostedError): LimbeckError {
  return new LimbeckError(code, details);
}
