import type { HostTree, LongWork } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import type { CheckpointStore } from './checkpoint.js';
import type { Metrics, Shippable, StateTree } from './program.js';

/** Options of {@link train}. */
export interface TrainOptions extends LongWork {
  /** What runs the graphs. */
  readonly engine: Engine;
  /** The seed of everything random in the run. @defaultValue 0 */
  readonly seed?: number;
  /** Where checkpoints go; without one the run cannot be resumed. */
  readonly checkpoints?: CheckpointStore;
  /** How many optimiser steps lie between checkpoints. @defaultValue 200 */
  readonly checkpointEvery?: number;
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
  /** Seconds in all, of this process. */
  readonly seconds: number;
  /** The sha256 of the last state's bytes. */
  readonly hash: string;
  /** Whether the program's canary has passed, has not yet, or was off: a report says so. */
  readonly canary: 'passed' | 'open' | 'off';
  /** What ships, by name, from the best state. */
  readonly students: { readonly [name: string]: Shippable };
}
