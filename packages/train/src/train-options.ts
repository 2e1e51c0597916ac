import type { HostTree, LongWork } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import type { CheckpointStore } from './checkpoint.js';
import type { OnNonFinite } from './non-finite.js';
import type { Metrics, Shippable, StateTree } from './program.js';

/** Options of {@link train}. */
export interface TrainOptions extends LongWork {
  /** What runs the graphs. */
  readonly engine: Engine;
  /** The seed of everything random in the run: a whole number from 0 to below 2³². @defaultValue 0 */
  readonly seed?: number;
  /** Where checkpoints go; without one the run cannot be resumed. */
  readonly checkpoints?: CheckpointStore;
  /** How many optimiser steps lie between checkpoints. @defaultValue 200 */
  readonly checkpointEvery?: number;
  /**
   * What happens after a step whose metrics are not all finite. Such a step is never kept: `stop` ends the run with an
   * error that names the batch and the first node that was not finite; `skip` goes on with the next batch, and
   * `{ lowerRate: 0.5 }` does so with every rate halved from there on. Ten in a row end the run. Optimisers wrapped in
   * `clipByGlobalNorm` show the norm of their gradients as a metric, so that an overflow of these is seen too.
   * @defaultValue 'stop'
   */
  readonly onNonFinite?: OnNonFinite;
  /** How many optimiser steps lie between `train/step` events. @defaultValue 50 */
  readonly reportEvery?: number;
}

/** What a run leaves behind. */
export interface TrainResult<S extends StateTree> {
  /** The last state. */
  readonly state: HostTree<S>;
  /** The best state by the program's metric, where it names one; else the last. */
  readonly best: HostTree<S>;
  /** Optimiser steps done. */
  readonly step: number;
  /** How often each phase has gone through its data. */
  readonly epochs: { readonly [phase: string]: number };
  /** All of them, in order. */
  readonly evaluations: readonly { readonly step: number; readonly metrics: Metrics }[];
  /** Steps that were not finite and not kept. */
  readonly skipped: number;
  /** Seconds in all, of this process. */
  readonly seconds: number;
  /** The sha256 of the last state's bytes. */
  readonly hash: string;
  /** Whether the program's canary has passed, has not yet, or was off: a report says so. */
  readonly canary: 'passed' | 'open' | 'off';
  /** What ships, by name, from the best state. */
  readonly students: { readonly [name: string]: Shippable };
}
