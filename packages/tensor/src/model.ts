import type { HostTree, JsonObject, Rng, Spec, Specs } from '@limbeck/core';
import { mapTree } from '@limbeck/core';
import type { Context } from './context.js';
import { input } from './functions.js';
import { joinScope } from './scope.js';
import type { Tensor } from './tensor.js';

/** Nested objects and arrays with tensors as leaves. Trees are type aliases, not interfaces. */
export type TensorTree = Tensor | { readonly [key: string]: TensorTree } | readonly TensorTree[];

/** The tree of a model without parameters or without state. */
export type Empty = Record<never, never>;

/** What {@link Model.apply} is given. */
export interface ApplyArguments<In, P, S> {
  /** What is learnt. */
  readonly parameters: P;
  /** What is carried along without a gradient. */
  readonly state: S;
  /** One batch. */
  readonly inputs: In;
  /** Randomness, taps and whether this is training. */
  readonly context: Context;
}

/** A pure function of parameters, state and inputs. */
export interface Model<
  In extends TensorTree,
  Out,
  P extends TensorTree = TensorTree,
  S extends TensorTree = Empty,
> {
  /** Enough to rebuild it; becomes config.json. */
  readonly config: JsonObject;
  /** What it takes. */
  readonly inputs: Specs<In>;
  /** Fresh parameters and state. */
  init(rng: Rng): { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
  /** What it computes; outputs that nobody uses are never computed. */
  apply(given: ApplyArguments<In, P, S>): { readonly outputs: Out; readonly state: S };
}

/** The specs of a tree of values or tensors. */
export function specsOf<T>(tree: T): Specs<T> {
  return mapTree<Spec>(tree, ({ dtype, shape }) => ({ dtype, shape })) as unknown as Specs<T>;
}

/** A tree of inputs for a tree of specs, each named by its path under a prefix. */
export function inputsFor<T>(specs: Specs<T>, prefix: string): T {
  return mapTree<Tensor>(specs, (spec, path) =>
    input(path === '' ? prefix : joinScope(prefix, path), spec),
  ) as unknown as T;
}

/** A tree in two: the leaves whose path passes, and the rest; absent leaves are left out. */
export function partition<T>(
  tree: HostTree<T>,
  pick: (path: string) => boolean,
): { readonly picked: { [path: string]: Spec }; readonly rest: { [path: string]: Spec } } {
  const picked: { [path: string]: Spec } = {};
  const rest: { [path: string]: Spec } = {};
  mapTree<null>(tree, (leaf, path) => {
    (pick(path) ? picked : rest)[path] = leaf;
    return null;
  });
  return { picked, rest };
}
