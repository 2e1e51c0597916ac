import { leaves } from '@limbeck/core';
import { splitTail, type Tail, type Tensor } from '@limbeck/tensor';

/** A step's graph, what runs after it, and the metrics that may stop it in between. */
export interface SplitStep {
  readonly outputs: { readonly [name: string]: Tensor };
  readonly tail?: Tail;
  readonly guard: readonly string[];
}

/**
 * Takes out of a step what the engine runs in place.
 *
 * @param outputs - `next/…` for the state's next values, `metric/…`
 * @param tree - the state
 * @param kernels - what the engine offers
 */
export function splitStep(
  outputs: { readonly [name: string]: Tensor },
  tree: unknown,
  kernels: readonly string[],
): SplitStep {
  const state = Object.fromEntries(leaves(tree).map(([path]) => [`next/${path}`, `state/${path}`]));
  const split =
    kernels.length === 0 ? { outputs } : splitTail(outputs, { kernels: new Set(kernels), state });
  const late = lateOutputs(split.tail);
  const guard = Object.entries(outputs).flatMap(([name, { dtype }]) =>
    name.startsWith('metric/') && dtype.startsWith('float') && !late.has(name) ? [name] : [],
  );
  return { ...split, guard };
}

/** What is known only when state has been overwritten. */
function lateOutputs(tail: Tail | undefined): ReadonlySet<string | undefined> {
  const steps = tail?.steps ?? [];
  const first = steps.findIndex(({ results }) => results.some(({ state }) => state !== undefined));
  const late = first < 0 ? [] : steps.slice(first);
  return new Set(late.flatMap(({ results }) => results.map(({ output }) => output)));
}
