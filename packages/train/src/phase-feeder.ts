import { type Fed, type Json, LimbeckError } from '@limbeck/core';
import { flatBatch } from './phase-runner.js';
import type { BatchSource, RunView, StateTree } from './program.js';
import type { FlatState } from './state-tree.js';

/** The batches of one step. */
export interface StepFeed {
  readonly batches: readonly FlatState[];
  /** Where the source stood before. */
  readonly from: Json | undefined;
  /** How many epochs ended. */
  readonly epochs: number;
  /** How many examples there are, by the first size of the first leaf. */
  readonly examples: number;
  /** Moves the saved position behind these batches; called once their step has succeeded. */
  accept(): void;
}

interface OpenSource {
  readonly iterator: AsyncIterator<Fed<unknown>>;
  position: Json | undefined;
}

/** Reads each phase's source, and knows where each stands just behind what was consumed. */
export class PhaseFeeder<S extends StateTree> {
  readonly #sources: { readonly [phase: string]: BatchSource<never, S> };
  readonly #view: RunView<S>;
  readonly #open = new Map<string, OpenSource>();
  readonly #positions = new Map<string, Json>();

  constructor(sources: { readonly [phase: string]: unknown }, view: RunView<S>) {
    this.#sources = sources as { readonly [phase: string]: BatchSource<never, S> };
    this.#view = view;
  }

  /** The positions to save. */
  positions(): { [phase: string]: Json } {
    return Object.fromEntries(this.#positions);
  }

  /** Goes on from saved positions. */
  restore(positions: { readonly [phase: string]: Json }): void {
    for (const [phase, position] of Object.entries(positions)) this.#positions.set(phase, position);
  }

  /** The next `count` batches of a phase; fewer where an epoch ends. @throws LimbeckError `empty-data` */
  async take(phase: string, count: number): Promise<StepFeed> {
    const from = this.#positions.get(phase);
    const batches: FlatState[] = [];
    let epochs = 0;
    let position = from;
    while (batches.length < count && epochs === 0) {
      const fed = await this.#next(phase);
      batches.push(flatBatch(phase, fed.batch, this.#sources[phase]!.specs));
      position = fed.position;
      if (fed.endOfEpoch === true) epochs++;
    }
    return {
      batches,
      from,
      epochs,
      examples: batches.reduce((total, batch) => total + firstSize(batch), 0),
      accept: () => {
        if (position !== undefined) this.#positions.set(phase, position);
      },
    };
  }

  async #next(phase: string): Promise<Fed<unknown>> {
    for (let tries = 0; tries < 2; tries++) {
      const source = this.#open.get(phase) ?? this.#start(phase);
      const next = await source.iterator.next();
      if (next.done !== true) return next.value;
      this.#open.delete(phase);
      this.#positions.delete(phase);
    }
    throw new LimbeckError('empty-data', {
      where: `batches of phase "${phase}"`,
      given: 'a source that yields nothing',
      expected: 'at least one batch',
      next: 'Check that the data set is not empty and the batch size not above it.',
    });
  }

  #start(phase: string): OpenSource {
    const iterable = this.#sources[phase]!.open(this.#positions.get(phase), this.#view);
    const source = {
      iterator: iterable[Symbol.asyncIterator]() as AsyncIterator<Fed<unknown>>,
      position: undefined,
    };
    this.#open.set(phase, source);
    return source;
  }

  /** Lets go of all sources. */
  async close(): Promise<void> {
    for (const { iterator } of this.#open.values()) await iterator.return?.();
    this.#open.clear();
  }
}

function firstSize(batch: FlatState): number {
  const [first] = Object.values(batch);
  return first?.shape[0] ?? 0;
}
