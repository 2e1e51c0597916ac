import type { JsonObject, Rng } from '@limbeck/core';
import type { LossTerm, Per } from '@limbeck/tensor';

/** A `Loss` of whatever needs, parameters and state. */
export interface AnyLoss {
  /** Its name in logs and errors. */
  readonly name: string;
  /** What it is set to. */
  readonly config?: JsonObject;
  /** What one item is. */
  readonly per: Per;
  /** Fresh parameters and state. */
  init?(rng: Rng, needs: never): { readonly parameters: object; readonly state: object };
  /** The terms, and the next state. */
  apply(
    signals: never,
    given: never,
  ): { readonly terms: readonly LossTerm[]; readonly state: object };
  /** The next state, once an optimiser step. */
  advance?(given: never): object;
}

/** What a loss needs of a batch. */
export type NeedsOf<L> = L extends { apply(signals: infer Needs, given: never): unknown }
  ? Needs
  : never;
