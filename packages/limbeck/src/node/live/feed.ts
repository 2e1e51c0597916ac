import { event, type Event, type JsonObject } from '@limbeck/core';
import { History } from './history.js';

/** So often a connection that has nothing to say shows that it lives, in milliseconds. */
const beatMs = 10_000;

/**
 * The events of a run as server-sent events, for any number of readers. Each reads at its own pace from one bounded
 * history: a reader that sleeps costs nothing, and one that comes back goes on where it was.
 */
export class Feed {
  readonly #session: string;
  readonly #history: History;
  readonly #waiting = new Set<() => void>();
  #ended = false;
  #readers = 0;

  /** @param session - Tells this run from one that had the same address before. */
  constructor(session: string, history: History = new History()) {
    this.#session = session;
    this.#history = history;
  }

  /** How many are reading. */
  get readers(): number {
    return this.#readers;
  }

  /** Adds an event for everybody. */
  add(what: Event): void {
    if (this.#ended) return;
    this.#history.add(what);
    this.#wake();
  }

  /** Says that the run is over: readers get the rest, then their streams end. */
  end(fields: JsonObject): void {
    this.add(event('live/ended', fields));
    this.#ended = true;
    this.#wake();
  }

  /**
   * The stream of one reader, as chunks of text.
   *
   * @param from - The id of the last event that it has, as `<session>-<number>`; of another run, or none, it gets all.
   */
  async *read(from: string | undefined, abortSignal: AbortSignal): AsyncGenerator<string> {
    this.#readers += 1;
    try {
      let last = this.#place(from);
      yield `retry: 1000\nevent: hello\ndata: ${JSON.stringify({ session: this.#session, fresh: last === 0 })}\n\n`;
      while (!abortSignal.aborted) {
        const entries = this.#history.after(last);
        if (entries.length > 0) {
          last = entries.at(-1)!.id;
          yield entries
            .map(
              ({ id, event: what }) =>
                `id: ${this.#session}-${id}\ndata: ${JSON.stringify(what)}\n\n`,
            )
            .join('');
        } else if (this.#ended) return;
        else if (!(await this.#more(abortSignal))) yield ': still here\n\n';
      }
    } finally {
      this.#readers -= 1;
    }
  }

  #place(from: string | undefined): number {
    const [, session, id] = /^(.+)-(\d{1,15})$/u.exec(from ?? '') ?? [];
    return session === this.#session ? Number(id) : 0;
  }

  #wake(): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of all) wake();
  }

  /** Waits for an event; false where none came for a while. */
  #more(abortSignal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (found: boolean): void => {
        clearTimeout(timer);
        abortSignal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve(found);
      };
      const wake = (): void => settle(true);
      const timer = setTimeout(() => settle(false), beatMs);
      abortSignal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
