import { LimbeckError } from '@limbeck/core';
import { checkSequences, scan as operator } from '../ops/scan.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { trace } from './subgraph.js';

/** What {@link scan} starts from and runs over. */
export interface ScanInputs {
  /** What is carried from step to step, as it is at first. */
  readonly carry: readonly Tensor[];
  /** Sequences of one length along their first axis, at least one. */
  readonly over: readonly Tensor[];
  /** Whether it runs from the last element to the first. @defaultValue false */
  readonly reverse?: boolean;
}

/** What one step of a {@link scan} gives, and what all of them give together. */
export interface ScanResults {
  /** What is carried on, with the dtypes and shapes that it came in with; at last. */
  readonly carry: readonly Tensor[];
  /** What comes out of a step; of all steps, stacked along a new first axis. */
  readonly outputs: readonly Tensor[];
}

/**
 * A step repeated over the first axis of sequences, in one node, however long they are: recurrences, running statistics,
 * unrolled updates. Gradients run the other way, computing each step once more from what was carried into it.
 *
 * @param step - what is carried and one element of each sequence give what is carried on, and what comes out
 * @param inputs - where it starts, and what it runs over
 * @throws LimbeckError `shape-mismatch` if sequences differ in length, or the step changes the dtype or the shape of what
 * is carried; `invalid-option` if it carries more or fewer tensors on
 * @example
 * ```ts
 * import { input, interpret, scan } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['steps'] });
 * const { carry, outputs } = scan(
 *   ([mean], [next]) => {
 *     const moved = mean!.mul(0.5).add(next!.mul(0.5));
 *     return { carry: [moved], outputs: [moved] };
 *   },
 *   { carry: [x.scalar(0)], over: [x] },
 * );
 * const feeds = { x: { dtype: 'float32', shape: [3], data: Float32Array.of(4, 2, 0) } } as const;
 * const out = interpret({ last: carry[0]!, all: outputs[0]! }, feeds);
 * console.log(out.last.data[0], out.all.data.join()); // 1 2,2,1
 * ```
 */
export function scan(
  step: (carry: readonly Tensor[], elements: readonly Tensor[]) => ScanResults,
  inputs: ScanInputs,
): ScanResults {
  const { carry, over, reverse = false } = inputs;
  checkSequences(over);
  const elements = over.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }));
  const { body, captured } = trace([...carry, ...elements], (own) => {
    const given = step(own.slice(0, carry.length), own.slice(carry.length));
    if (given.carry.length !== carry.length) {
      throw new LimbeckError('invalid-option', {
        where: 'scan',
        given: `a step that carries ${given.carry.length} tensors on`,
        expected: `${carry.length}, as many as came in`,
        next: 'Give back what was carried unchanged where a step does not change it.',
      });
    }
    return [...given.carry, ...given.outputs];
  });
  const attributes = { body, carries: carry.length, sequences: over.length, reverse };
  const node = makeNode(operator, [...carry, ...over, ...captured], attributes);
  const all = body.results.map((_, i) => new Tensor(node, i));
  return { carry: all.slice(0, carry.length), outputs: all.slice(carry.length) };
}
