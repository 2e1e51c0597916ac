import { isLimbeckError, LimbeckError } from '@limbeck/core';

const message = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** What ONNX Runtime says when the bytes are no model, or one that contradicts itself. */
const damaged =
  /protobuf parsing failed|data pointer is null|ModelProto does not have a graph|INVALID_PROTOBUF|INVALID_GRAPH|Invalid model|not a valid model|Unsupported model IR version|ShapeInferenceError|Type Error:/i;

/** What it says when a node has no kernel. */
const kernels =
  /not a registered function\/op|No Op registered for|Could not find an implementation|NOT_IMPLEMENTED|No opset import|is under development and support/i;

/** The error of a session that could not be made. */
export function sessionError(where: string, cause: unknown): LimbeckError {
  if (isLimbeckError(cause)) return cause;
  const given = message(cause);
  if (kernels.test(given)) {
    return new LimbeckError('unknown-operator', {
      where,
      given: `a graph that ONNX Runtime has no kernel for: ${given}`,
      expected: 'operators, and dtypes for them, that the provider implements',
      next: 'Use another dtype for this node, or another provider.',
      cause,
    });
  }
  if (damaged.test(given)) {
    return new LimbeckError('corrupt-onnx', {
      where,
      given: `bytes that ONNX Runtime refuses: ${given}`,
      expected: 'a whole and valid ONNX file',
      next: 'Read or download the file again.',
      cause,
    });
  }
  return new LimbeckError('engine-failed', {
    where,
    given: `a session that failed to start: ${given}`,
    expected: 'a session',
    next: 'Check the options, and the memory that is free.',
    cause,
  });
}

/** The error of a run that failed. */
export function runError(where: string, cause: unknown): LimbeckError {
  if (isLimbeckError(cause)) return cause;
  return new LimbeckError('engine-failed', {
    where,
    given: `a run that failed: ${message(cause)}`,
    expected: 'a run to its end',
    next: 'Check the values that were fed: indices out of range are the usual reason.',
    cause,
  });
}

/** An execution provider that a build of ONNX Runtime knows. */
export interface Provider {
  /** As it is asked for, such as `cpu`. */
  readonly name: string;
  /** What it needs that the build does not bring; absent if that is nothing. */
  readonly needs?: string;
}

/**
 * The error of a provider that is not there, or does not start.
 *
 * @param where - the function that was asked for it
 * @param provider - its name
 * @param known - those that the build knows; the first is what `next` advises
 * @param cause - why it failed to start
 */
export function providerError(
  where: string,
  provider: string,
  known: readonly Provider[],
  cause?: unknown,
): LimbeckError {
  const why = cause === undefined ? '' : `, which failed to start: ${message(cause).trim()}`;
  const list = known.map(({ name, needs }) => (needs ? `${name} (needs ${needs})` : name));
  return new LimbeckError('unknown-provider', {
    where,
    given: `the provider "${provider}"${why}`,
    expected: `one that works here; this build has ${list.join(', ')}`,
    next: `Use provider: "${known[0]?.name ?? 'cpu'}", which runs everywhere.`,
    cause,
  });
}
