import { type HostTensor, LimbeckError, type Spec } from '@limbeck/core';
import { bindSpecs, showShape } from '@limbeck/tensor';
import type { HostTensors } from './engine.js';

/** Which inputs a check is about, and what it must know of the graph. */
export interface FeedRules {
  /** The inputs that must be fed, by name. */
  readonly inputs: ReadonlyMap<string, Spec>;
  /** Inputs whose value is known already but whose shape names sizes: they must agree with what is fed. */
  readonly fixed?: HostTensors;
  /** Whether a size of 0 could reach a batched product, which ONNX Runtime computes wrongly then. */
  readonly batchedProducts: boolean;
}

/** Checks that what callers without types may pass is tensors by name. @throws LimbeckError `invalid-data` */
export function checkTensors(where: string, tensors: unknown): asserts tensors is HostTensors {
  if (typeof tensors === 'object' && tensors !== null) return;
  throw new LimbeckError('invalid-data', {
    where,
    given: String(tensors),
    expected: 'an object with a tensor for each name',
    next: "Pass { x: hostTensor('float32', [1], [0]) }, for example.",
  });
}

/**
 * Checks what is fed against the specs of the inputs.
 *
 * @param where - the call, for messages
 * @returns the feeds, float64 values rounded to float32 where that is what the graph takes
 * @throws LimbeckError `missing-signal`, `unknown-name`, `dtype-mismatch`, `shape-mismatch`, `invalid-data`
 */
export function checkFeeds(where: string, feeds: HostTensors, rules: FeedRules): HostTensors {
  const { inputs, fixed = {}, batchedProducts } = rules;
  checkTensors(where, feeds);
  for (const name of Object.keys(feeds)) {
    if (!inputs.has(name) || Object.hasOwn(fixed, name)) refuseName(where, name, inputs, fixed);
  }
  bindSpecs(inputs, Object.keys(fixed).length === 0 ? feeds : { ...feeds, ...fixed });
  const checked: { [name: string]: HostTensor } = {};
  for (const name of Object.keys(feeds)) {
    const feed = feeds[name]!;
    if (batchedProducts && feed.data.length === 0) refuseEmpty(where, name, feed);
    checked[name] = rounded(feed, inputs.get(name)!);
  }
  return checked;
}

/** A float64 value rounded to float32 where the graph takes float32: what the interpreter accepts runs here too. */
export function rounded(value: HostTensor, spec: Spec): HostTensor {
  if (value.dtype === spec.dtype) return value;
  const { shape } = value;
  return { dtype: 'float32', shape, data: Float32Array.from(value.data as Float64Array) };
}

function refuseName(
  where: string,
  name: string,
  inputs: ReadonlyMap<string, Spec>,
  fixed: HostTensors,
): never {
  const free = [...inputs.keys()].filter((input) => !Object.hasOwn(fixed, input));
  throw new LimbeckError('unknown-name', {
    where,
    given: `a value for "${name}"`,
    expected: free.length === 0 ? 'no inputs' : `values for ${free.join(', ')} alone`,
    next: 'Leave it out, or check the name of the input.',
  });
}

function refuseEmpty(where: string, name: string, { shape }: HostTensor): never {
  throw new LimbeckError('invalid-data', {
    where,
    given: `"${name}" with shape ${showShape(shape)}`,
    expected: 'no size of 0: ONNX Runtime computes the batched products of this graph wrongly then',
    next: 'Skip the empty batch, or run it on the interpreter.',
  });
}
