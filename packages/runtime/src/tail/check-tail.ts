import { LimbeckError } from '@limbeck/core';
import type { Tail } from '@limbeck/tensor';
import type { StepperOptions } from '../engine.js';
import { hasKernels, kernelNames } from '../kernels/kernels.js';
import type { Session } from '../session.js';

/** What a session and the tail behind it take and make together. */
export function signatureOf(
  session: Pick<Session, 'inputs' | 'outputs'>,
  tail: Tail | undefined,
): Pick<Session, 'inputs' | 'outputs'> {
  if (tail === undefined) return session;
  const shown = Object.entries(session.outputs).filter(
    ([name]) => !Object.hasOwn(tail.hidden, name),
  );
  return {
    inputs: { ...session.inputs, ...tail.inputs },
    outputs: { ...Object.fromEntries(shown), ...tail.outputs },
  };
}

/** Checks that there is a loop for every step of a tail. @throws LimbeckError `unknown-operator` */
export function checkKernels(tail: Tail | undefined): void {
  const unknown = tail?.steps.find(({ kernel }) => !hasKernels() || !kernelNames.includes(kernel));
  if (unknown === undefined) return;
  throw new LimbeckError('unknown-operator', {
    where: 'load',
    given: `a tail with the kernel "${unknown.kernel}"`,
    expected: hasKernels()
      ? `one of ${kernelNames.join(', ')}`
      : 'none: this machine has no WebAssembly with vectors',
    next: 'Split the tail off with the kernels that the engine says it has.',
  });
}

/** Checks that a tail writes over the very inputs that its outputs are carried to. @throws LimbeckError `invalid-option` */
export function checkTailCarry(tail: Tail | undefined, { carry }: StepperOptions): void {
  for (const { output, state } of tail?.steps.flatMap(({ results }) => results) ?? []) {
    if (output === undefined || carry[output] === state) continue;
    throw new LimbeckError('invalid-option', {
      where: 'stepper',
      given: `"${output}" carried to ${carry[output] === undefined ? 'nothing' : `"${carry[output]}"`}`,
      expected: state === undefined ? 'nothing' : `"${state}", over which the tail writes it`,
      next: 'Pass splitTail the same state as carry.',
    });
  }
}

/**
 * Checks what a guard names: float outputs that are known before any state is overwritten.
 *
 * @param offered - the outputs that are not carried
 * @throws LimbeckError `unknown-name`, `dtype-mismatch`, `invalid-option`
 */
export function checkGuard(
  guard: readonly string[],
  { outputs }: Pick<Session, 'outputs'>,
  offered: ReadonlySet<string>,
  tail: Tail | undefined,
): void {
  const first = tail?.steps.findIndex(({ results }) =>
    results.some(({ state }) => state !== undefined),
  );
  const late = tail?.steps.slice(first === -1 ? tail.steps.length : first) ?? [];
  const known = new Set(late.flatMap(({ results }) => results.map(({ output }) => output)));
  for (const name of guard) {
    if (!offered.has(name)) {
      throw new LimbeckError('unknown-name', {
        where: 'stepper, guard',
        given: `the output "${name}"`,
        expected: offered.size === 0 ? 'no outputs' : `one of ${[...offered].join(', ')}`,
        next: 'Guard outputs that are not carried.',
      });
    }
    const { dtype } = outputs[name]!;
    if (!dtype.startsWith('float')) {
      throw new LimbeckError('dtype-mismatch', {
        where: 'stepper, guard',
        given: `"${name}", whose elements are ${dtype}`,
        expected: 'float32 or float64, which may fail to be finite',
        next: 'Leave it out of the guard.',
      });
    }
    if (!known.has(name)) continue;
    throw new LimbeckError('invalid-option', {
      where: 'stepper, guard',
      given: `"${name}", which is known only when state has been overwritten`,
      expected: 'an output that is computed before the update',
      next: 'Guard the loss, or the norm of the gradients.',
    });
  }
}
