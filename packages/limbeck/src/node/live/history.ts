import type { Event } from '@limbeck/core';

/** An event with its place in the order in which all came. */
export interface Entry {
  /** Counts from 1, without gaps when it is given out; thinning leaves some. */
  readonly id: number;
  /** What happened. */
  readonly event: Event;
}

/**
 * The latest events, at most so many. When it is full, samples but the latest go, and of the older training steps those
 * that lie closest, so that a curve keeps its beginning and its shape; if that frees too little, the oldest events go.
 */
export class History {
  readonly #limit: number;
  #entries: Entry[] = [];
  #last = 0;

  constructor(limit = 4000) {
    this.#limit = Math.max(2, limit);
  }

  /** How many are kept. */
  get size(): number {
    return this.#entries.length;
  }

  /** Appends an event. */
  add(event: Event): void {
    this.#last += 1;
    this.#entries.push({ id: this.#last, event });
    if (this.#entries.length > this.#limit) this.#thin();
  }

  /** The kept events after an id, in order: all of them after 0. */
  after(id: number): readonly Entry[] {
    if (id >= this.#last) return [];
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.id <= id) low = middle + 1;
      else high = middle;
    }
    return this.#entries.slice(low);
  }

  #thin(): void {
    const entries = this.#entries;
    const recent = Math.floor(entries.length * 0.75);
    const stride = (entries[recent]!.id - entries[0]!.id) / (this.#limit / 2);
    const sample = entries.findLast(({ event }) => event.kind === 'sample/predictions');
    let kept = -Infinity;
    this.#entries = entries.filter((entry, i) => {
      const { id, event } = entry;
      if (event.kind === 'sample/predictions') return entry === sample;
      if (event.kind !== 'train/step' || i >= recent) return true;
      if (id - kept < stride) return false;
      kept = id;
      return true;
    });
    const spare = this.#entries.length - Math.floor(this.#limit * 0.9);
    if (spare > 0) this.#entries.splice(0, spare);
  }
}
