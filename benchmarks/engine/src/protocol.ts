import type { Lookup, Sizes } from './sizes.js';
import type { TaskName } from './tasks/task.js';

/** What a system's process is told when it starts. */
export interface SystemOptions {
  readonly system: 'limbeck' | 'tfjs' | 'jax-js' | 'products';
  /** What is trained. @defaultValue 'encoder' */
  readonly task?: TaskName;
  readonly sizes: Sizes;
  readonly lookup: Lookup;
  /** The largest global norm of the gradients that passes as it is; absent for no clipping. */
  readonly clip?: number | undefined;
  readonly threads: number;
}

/** What a system's process says once it is ready. */
export interface Ready {
  readonly version: string;
  /** What the system runs on, such as `wasm, simd, 1 thread`. */
  readonly runsOn: string;
}

/** What a block of steps took. */
export interface Block {
  /** Wall-clock milliseconds of each step. */
  readonly stepMs: readonly number[];
  /** The loss of each step, before its update. */
  readonly losses: readonly number[];
  /** CPU seconds of the process, all threads, over the whole block. */
  readonly cpuSeconds: number;
  /** The most memory that the process has held so far. */
  readonly peakRssBytes: number;
  /** Of the ceiling alone: FLOPs a second of each product run by itself, in the order of the step's products. */
  readonly rates?: readonly number[];
}

/** One training step after another of one system. */
export interface System extends Ready {
  /** What the ceiling adds to a block. */
  extra?(): Partial<Block>;
  /** One step; gives the loss before its update. */
  step(): Promise<number>;
}
