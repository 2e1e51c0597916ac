/**
 * Every code a {@link LimbeckError} can carry. Codes are stable: callers branch on them, wording may improve.
 */
export type ErrorCode =
  // What a caller passed.
  | 'invalid-option'
  | 'invalid-data'
  | 'shape-mismatch'
  | 'dtype-mismatch'
  | 'missing-signal'
  | 'duplicate-name'
  | 'unknown-name'
  // Data sets.
  | 'empty-data'
  | 'one-class'
  | 'split-leak'
  | 'label-out-of-range'
  | 'non-finite-data'
  | 'data-missing'
  | 'invalid-record'
  | 'missing-column'
  | 'undefined-metric'
  // Targets.
  | 'targets-misaligned'
  | 'constant-teacher'
  | 'teacher-failed'
  // Files.
  | 'corrupt-file'
  | 'format-too-new'
  | 'disk-full'
  | 'io-failed'
  | 'run-locked'
  | 'checkpoint-mismatch'
  // ONNX and the engine.
  | 'corrupt-onnx'
  | 'unknown-operator'
  | 'not-differentiable'
  | 'unknown-provider'
  | 'engine-missing'
  | 'engine-failed'
  | 'worker-failed'
  | 'disposed'
  // Training and export.
  | 'non-finite-loss'
  | 'gate-failed'
  | 'interrupted'
  | 'aborted'
  // Pipelines and commands.
  | 'step-failed'
  | 'missing-dependency'
  | 'unknown-command'
  | 'port-in-use';

/** The four parts of an error message, and what caused it. */
export interface ErrorDetails {
  /** The function or place that refused. */
  readonly where: string;
  /** What was given, with its value. */
  readonly given: string;
  /** What was expected instead. */
  readonly expected: string;
  /** What to do next: a whole sentence. */
  readonly next: string;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/**
 * The one error class that Limbeck throws on purpose: what was given, what was expected, what to do next.
 *
 * @example
 * ```ts
 * import { LimbeckError } from '@limbeck/core';
 *
 * const error = new LimbeckError('invalid-option', {
 *   where: 'softTargets',
 *   given: 'temperature 0',
 *   expected: 'a finite number above 0',
 *   next: 'Use 1 to keep the logits as they are.',
 * });
 * console.log(error.code); // invalid-option
 * ```
 */
export class LimbeckError extends Error {
  /** Always `LimbeckError`, also in minified code. */
  override readonly name = 'LimbeckError';
  /** Which of the known faults this is. */
  readonly code: ErrorCode;
  /** The function or place that refused. */
  readonly where: string;
  /** What was given, with its value. */
  readonly given: string;
  /** What was expected instead. */
  readonly expected: string;
  /** What to do next. */
  readonly next: string;

  /** Builds the message from its parts. */
  constructor(code: ErrorCode, details: ErrorDetails) {
    const { where, given, expected, next, cause } = details;
    super(
      `${where}: given ${given}; expected ${expected}. ${next} [${code}]`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.where = where;
    this.given = given;
    this.expected = expected;
    this.next = next;
  }
}

/**
 * Whether a caught value is a {@link LimbeckError}, and if a code is given, whether it carries that code. Errors of
 * another installed copy of this package count too, which `instanceof` would miss.
 */
export function isLimbeckError(value: unknown, code?: ErrorCode): value is LimbeckError {
  const known =
    value instanceof LimbeckError ||
    (value instanceof Error && value.name === 'LimbeckError' && 'code' in value);
  return known && (code === undefined || value.code === code);
}
