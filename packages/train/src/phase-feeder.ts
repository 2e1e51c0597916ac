import { type Fed, type Json, leaves, LimbeckError, type Spec } from '@limbeck/core';
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

/** So many batches without rows in a row are no accident. */
const mostEmpty = 1000;

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

  /**
   * The next `count` batches of a phase; fewer where an epoch ends. Batches without rows are passed over, and told.
   *
   * @throws LimbeckError `empty-data`; `invalid-data` where an epoch has nothing but batches without rows
   */
  async take(phase: string, count: number): Promise<StepFeed> {
    const from = this.#positions.get(phase);
    const batches: FlatState[] = [];
    let epochs = 0;
    let empty = 0;
    let position = from;
    let isLast = false;
    while (batches.length < count && !isLast) {
      const fed = await this.#next(phase);
      const { specs } = this.#sources[phase]!;
      const batch = flatBatch(phase, fed.batch, specs);
      if (hasRows(batch, specs)) batches.push(batch);
      else this.#passOver(phase, position, ++empty, epochs);
      position = fed.position;
      if (fed.endOfEpoch !== true) continue;
      epochs++;
      // An epoch that ends before the step's first rows does not cut the step short.
      isLast = batches.length > 0;
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

  #passOver(phase: string, position: Json | undefined, empty: number, epochs: number): void {
    const at = position ?? null;
    if (empty < mostEmpty && epochs < 2) {
      const line = `batch of phase "${phase}" at ${JSON.stringify(at)} passed over: it has no rows`;
      this.#view.say('train/empty-batch', { level: 'warn', phase, at }, line);
      return;
    }
    throw new LimbeckError('invalid-data', {
      where: `batches of phase "${phase}"`,
      given: `${empty} batches in a row without rows, the last at ${JSON.stringify(at)}`,
      expected: 'batches with rows in every epoch',
      next: 'Check what the source filters out, and leave empty batches out.',
    });
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

/** Whether a batch has anything in it: one size at least that is known at run time and above 0. */
function hasRows(batch: FlatState, specs: unknown): boolean {
  const counted = leaves<Spec>(specs).filter(([, { shape }]) => typeof shape[0] === 'string');
  return counted.length === 0 || counted.some(([path]) => batch[path]!.shape[0] !== 0);
}

function firstSize(batch: FlatState): number {
  const [first] = Object.values(batch);
  return first?.shape[0] ?? 0;
}
