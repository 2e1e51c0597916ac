import type { JsonObject, Spec } from '@limbeck/core';

/** Where a step of a {@link Tail} reads from. */
export type TailSource =
  /** What was fed under this name, or the state as it was before the step. */
  | { readonly input: string }
  /** An output of the graph. */
  | { readonly output: string }
  /** What an earlier step of the tail made. */
  | { readonly step: number; readonly index: number }
  /** A number that is known ahead: a float32 scalar. */
  | { readonly number: number };

/** Something that a step of a {@link Tail} makes. */
export interface TailResult {
  /** Its dtype and its shape, whose sizes are numbers. */
  readonly spec: Spec;
  /** The output that it is, if it is one. */
  readonly output?: string;
  /** The input of the state that it is written over, if it is the next value of one. */
  readonly state?: string;
}

/** One loop of a {@link Tail}. */
export interface TailStep {
  /** Which loop, such as `adam`. */
  readonly kernel: string;
  /** What it reads, in the order of the operator's inputs. Sizes do not matter, but for how many elements there are. */
  readonly inputs: readonly TailSource[];
  /** What it makes, in the order of the operator's outputs. */
  readonly results: readonly TailResult[];
  /** The operator's attributes. */
  readonly attributes: JsonObject;
}

/**
 * The end of a training step, taken out of its graph: loops that run one after another once the graph has run, over its
 * outputs and the state, in place. It is data: it can be posted and stored.
 */
export interface Tail {
  /** The loops, each after those whose results it reads, and those that write no state before those that do. */
  readonly steps: readonly TailStep[];
  /** The inputs that the loops read, by name; the graph need not have them. */
  readonly inputs: { readonly [name: string]: Spec };
  /** The graph's outputs that are there for the tail alone. */
  readonly hidden: { readonly [name: string]: Spec };
  /** The outputs that the tail makes, by name. */
  readonly outputs: { readonly [name: string]: Spec };
}
