import type { JsonObject } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import type { TensorTree } from '@limbeck/tensor';
import type {
  CheckpointStore,
  FileNames,
  FlatState,
  Program,
  Shippable,
  StateTree,
} from '@limbeck/train';

/** What a run has on. */
export type Feature = 'dropout' | 'shuffling' | 'prefetch' | 'accumulation' | 'early stop';

/** What is measured on data that no training has seen. */
export interface Measure {
  readonly metric: string;
  readonly higherIsBetter: boolean;
  /** What a run reaches without having understood anything, or a bar of another kind, and by how much it must be beaten. */
  readonly floor: { readonly what: string; readonly value: number; readonly margin: number };
}

/** How one of a program's students becomes files. */
export interface Exported {
  readonly model: JsonObject;
  readonly names: FileNames;
  readonly probes: FlatState | readonly FlatState[];
  readonly labels?: readonly string[];
}

/** One run, ready to start: some seed, the idea on or off. */
export interface ReadyRun {
  /** What trains; erased, since harnesses run any. */
  readonly program: Program<never, never>;
  /** By the names of the program's students. */
  readonly exports: { readonly [student: string]: Exported };
  /** The measure of each item of the test set, by what ships: the score is their mean. */
  items(
    students: { readonly [name: string]: Shippable },
    engine: Engine,
  ): Promise<readonly number[]>;
}

/** A small real training, told once with its idea and once without. */
export interface TrainingProgram {
  readonly name: string;
  /** The method in a line. */
  readonly method: string;
  readonly dataset: { readonly name: string; readonly rows: number };
  /** What is switched off for comparison: how the run is called with the idea and without. */
  readonly idea: { readonly on: string; readonly off: string };
  readonly measure: Measure;
  readonly features: readonly Feature[];
  /** What not every machine has: the folder that `LIMBECK_DATA` names. */
  readonly needs?: 'data';
  prepare(options: Preparing & { readonly idea: boolean }): Promise<ReadyRun>;
}

/** What a small training that comes before needs, such as a teacher's. */
export interface Preparing {
  readonly seed: number;
  readonly engine: Engine;
  /** Where it is kept: it goes on, or is done, when it is asked for again. */
  readonly store: CheckpointStore;
}

/** Forgets what the state and the batches look like. */
export function erased<S extends StateTree, B extends { readonly [phase: string]: TensorTree }>(
  program: Program<S, B>,
): Program<never, never> {
  return program as unknown as Program<never, never>;
}
