import { LimbeckError, type Spec } from '@limbeck/core';
import { bindSpecs, sameShape, showShape } from '@limbeck/tensor';
import type { StepperOptions } from './engine.js';
import type { Session } from './session.js';

const show = ({ dtype, shape }: Spec): string => `${dtype} ${showShape(shape)}`;

function unknown(kind: string, name: string, known: readonly string[], next: string): never {
  throw new LimbeckError('unknown-name', {
    where: 'stepper',
    given: `${kind} "${name}"`,
    expected: known.length === 0 ? 'none: there are no such names' : `one of ${known.join(', ')}`,
    next,
  });
}

/**
 * Checks that what a step writes fits what the next one reads, whatever is fed in between: an output has the very
 * shape, names of sizes included, of the input it becomes. So the state's sizes, numbers at the start, never change.
 *
 * @throws LimbeckError `unknown-name`, `duplicate-name`, `missing-signal`, `dtype-mismatch`, `shape-mismatch`
 */
export function checkCarry(
  { inputs, outputs }: Pick<Session, 'inputs' | 'outputs'>,
  { carry, state, constants = {} }: StepperOptions,
): void {
  const known = { ...state, ...constants };
  for (const name of Object.keys(known)) {
    if (!Object.hasOwn(inputs, name)) {
      unknown('the input', name, Object.keys(inputs), 'Name an input of the graph.');
    }
    if (Object.hasOwn(state, name) && Object.hasOwn(constants, name)) {
      duplicate(`"${name}" as state and as a constant`, 'one or the other');
    }
  }
  const targets = new Set<string>();
  for (const [output, input] of Object.entries(carry)) {
    const from =
      outputs[output] ??
      unknown('the output', output, Object.keys(outputs), 'Carry an output of the graph.');
    if (!Object.hasOwn(state, input)) {
      unknown(
        'the input',
        input,
        Object.keys(state),
        `Give "${input}" a value to start from in state.`,
      );
    }
    if (targets.has(input)) duplicate(`two outputs carried to "${input}"`, 'one');
    targets.add(input);
    const to = inputs[input]!;
    if (from.dtype === to.dtype && sameShape(from.shape, to.shape)) continue;
    throw new LimbeckError(from.dtype === to.dtype ? 'shape-mismatch' : 'dtype-mismatch', {
      where: `stepper, "${output}" carried to "${input}"`,
      given: show(from),
      expected: show(to),
      next: 'Carry an output that has the shape of the input that it becomes.',
    });
  }
  // Names in the state's own shapes are bound by the state alone, so that its sizes are numbers from the start.
  bindSpecs(new Map(Object.keys(known).map((name) => [name, inputs[name]!])), known);
}

function duplicate(given: string, expected: string): never {
  throw new LimbeckError('duplicate-name', {
    where: 'stepper',
    given,
    expected,
    next: 'Take one of them out.',
  });
}
