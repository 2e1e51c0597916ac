import type {
  BatchSource as Source,
  HostTensor,
  HostTree,
  JsonObject,
  Rng,
  Spec,
  Specs,
  Tree,
} from '@limbeck/core';
import type { Context, Tensor, TensorTree } from '@limbeck/tensor';

/** The state of a program: players, moments, averages, synthetic inputs, loss state. */
export type StateTree = { readonly [player: string]: TensorTree };

/** Where a phase's batches come from; a live one is given the {@link RunView}. */
export type BatchSource<B, S extends StateTree = StateTree> = Source<B, RunView<S>>;

/** Metrics by name. */
export type Metrics = { readonly [name: string]: number };

/** What a program sees of its own run. */
export interface RunView<S extends StateTree = StateTree> {
  /** Optimiser steps done, over all phases. */
  readonly step: number;
  /** Runs of each phase. */
  readonly runs: { readonly [phase: string]: number };
  /** Times each phase's data have been gone through. */
  readonly epochs: { readonly [phase: string]: number };
  /** Metrics of the phase just run. */
  readonly metrics: Metrics;
  /** What `evaluate` has said so far. */
  readonly evaluations: readonly { readonly step: number; readonly metrics: Metrics }[];
  /** Copies of players' values. */
  read<K extends keyof S>(...players: readonly K[]): Promise<HostTree<Pick<S, K>>>;
  /**
   * Runs one of the program's functions: predictions, generation.
   *
   * @param outputs - which of its outputs to bring out; each costs a copy. @defaultValue all
   */
  call(
    name: string,
    inputs: { readonly [path: string]: HostTensor },
    outputs?: readonly string[],
  ): Promise<{ readonly [path: string]: HostTensor }>;
  /** Tells whoever watches the run: an event, and a line for people. */
  say(kind: string, fields: JsonObject, line?: string): void;
}

/** A phase: the next state and metrics from state and batch; training is on. One compiled step. */
export type Phase<S extends StateTree, B> = (
  state: S,
  batch: B,
  context: Context,
) => {
  readonly state: Partial<S>;
  readonly metrics: { readonly [name: string]: Tensor };
};

/**
 * A phase over several micro-batches that changes the state once, exactly as if they were one batch: `weigh` is
 * summed over all of them first, then `gather` (told those totals), and `finish` takes the sums.
 */
export interface AccumulatingPhase<S extends StateTree, B> {
  /** How many batches make one step; at least 1. */
  readonly microBatches: number;
  /** Sums of weights, which depend on the batch alone: scalars. */
  weigh(state: S, batch: B, context: Context): { readonly [total: string]: Tensor };
  /** Parts that add up over micro-batches, and state that passes from one to the next. */
  gather(
    state: S,
    batch: B,
    totals: { readonly [total: string]: Tensor },
    context: Context,
  ): {
    readonly sums: { readonly [path: string]: Tensor };
    readonly state: Partial<S>;
  };
  /** The next state from the sums. */
  finish(
    state: S,
    sums: { readonly [path: string]: Tensor },
    context: Context,
  ): { readonly state: Partial<S>; readonly metrics: { readonly [name: string]: Tensor } };
}

/** Something computed from the state that changes nothing; training is off. */
export interface StateFunction<S extends StateTree, I, O extends TensorTree> {
  /** What it takes beside the state. */
  readonly inputs: Specs<I>;
  /** What it computes. */
  apply(state: S, inputs: I, context: Context): O;
}

/** A {@link StateFunction} of whatever inputs: so a program's functions need not all take the same. */
export interface AnyFunction<S extends StateTree> {
  /** What it takes beside the state. */
  readonly inputs: Tree<Spec>;
  /** What it computes. */
  apply(state: S, inputs: never, context: Context): TensorTree;
}

/** What ends up in files: a model's forward pass with its trained values. */
export interface Shippable {
  /** The inputs that the file has. */
  readonly inputs: { readonly [path: string]: Spec };
  /** Parameters and state by the names that the graph's inputs have. */
  readonly values: { readonly [name: string]: HostTensor };
  /** The outputs by name, built over the inputs and one input for each value. */
  build(
    values: { readonly [name: string]: Tensor },
    inputs: { readonly [path: string]: Tensor },
  ): {
    readonly [name: string]: Tensor;
  };
}

/** Anything that trains. */
export interface Program<S extends StateTree, B extends { readonly [phase: string]: TensorTree }> {
  /**
   * What the program is made of, as JSON: a checkpoint of a program with another one is refused, even where names and
   * shapes agree. @defaultValue none: names and shapes alone are compared
   */
  readonly config?: JsonObject;
  /**
   * What its parts are set to, as JSON, such as a temperature or a rate; compared as `config` is, with checkpoints that
   * have it. @defaultValue nothing is compared
   */
  readonly settings?: JsonObject;
  /** Fresh state. */
  init(rng: Rng): HostTree<S>;
  /** Players that no phase changes: stored once, not in every checkpoint. */
  readonly frozen?: readonly (keyof S & string)[];
  /** Optimiser steps in all, as far as known: what schedules and the time left are reckoned by. */
  readonly steps: number;
  /** One compiled step each. */
  readonly phases: { readonly [K in keyof B]: Phase<S, B[K]> | AccumulatingPhase<S, B[K]> };
  /** One compiled graph each. */
  readonly functions?: { readonly [name: string]: AnyFunction<S> };
  /** A source for each phase. */
  readonly batches: { readonly [K in keyof B]: BatchSource<B[K], S> };
  /** Metrics on the host, over `view.call`. */
  evaluate?(view: RunView<S>): Promise<Metrics>;
  /** What to do next: a phase's name, `evaluate` or `stop`. */
  next(view: RunView<S>): (keyof B & string) | 'evaluate' | 'stop';
  /** By which metric of `evaluate` the best state is kept. */
  readonly best?: { readonly metric: string; readonly higherIsBetter: boolean };
  /** Whether held-out rows have shown that targets belong to their inputs; without it the result says `off`. */
  canary?(evaluations: RunView['evaluations']): boolean;
  /** What ships, by name. */
  readonly students: { readonly [name: string]: (state: HostTree<S>) => Shippable };
}
