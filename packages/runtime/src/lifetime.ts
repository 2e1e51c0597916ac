import { LimbeckError } from '@limbeck/core';

/** Counts the calls in flight of something that can be disposed of, and refuses calls that come too late. */
export class Lifetime {
  readonly #where: string;
  readonly #abortSignal: AbortSignal | undefined;
  readonly #running = new Set<Promise<unknown>>();
  readonly #ended: () => void;
  #end: Promise<void> | undefined;

  /**
   * @param where - what is disposed of, for messages
   * @param abortSignal - once aborted, calls are refused
   * @param ended - called when it is gone: whoever keeps it may forget it
   */
  constructor(where: string, abortSignal?: AbortSignal, ended: () => void = () => undefined) {
    this.#where = where;
    this.#abortSignal = abortSignal;
    this.#ended = ended;
  }

  /** Throws where calls are no longer taken. @throws LimbeckError `disposed`, `aborted` */
  check(call: string): void {
    if (this.#end !== undefined) {
      throw new LimbeckError('disposed', {
        where: `${this.#where}.${call}`,
        given: 'a call after dispose()',
        expected: `${/^[aeiou]/.test(this.#where) ? 'an' : 'a'} ${this.#where} that is still open`,
        next: 'Dispose of it after the last call, or make a new one.',
      });
    }
    this.checkAborted(call);
  }

  /** Throws where the abort signal has been set off. @throws LimbeckError `aborted` */
  checkAborted(call: string): void {
    if (this.#abortSignal?.aborted === true) {
      throw aborted(`${this.#where}.${call}`, this.#abortSignal);
    }
  }

  /** Runs a call that dispose() waits for. @throws LimbeckError `disposed`, `aborted` */
  async use<R>(call: string, run: () => Promise<R>): Promise<R> {
    this.check(call);
    const running = run();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Takes no more calls, waits for those in flight, then lets go; once, however often it is called. */
  end(release: () => Promise<void>): Promise<void> {
    this.#end ??= Promise.allSettled(this.#running).then(release).finally(this.#ended);
    return this.#end;
  }
}

/** The error of a call that an abort signal ended. */
export function aborted(where: string, abortSignal: AbortSignal): LimbeckError {
  return new LimbeckError('aborted', {
    where,
    given: 'an abort signal that was set off',
    expected: 'the call to end first',
    next: 'Make a new engine to go on.',
    cause: abortSignal.reason,
  });
}
