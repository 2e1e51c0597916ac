import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LimbeckError } from '@limbeck/core';
import { aborted } from '../lifetime.js';
import { type Call, fromWire, type Response, type ToWorker } from './messages.js';

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: LimbeckError) => void;
}

/** Where the worker's file lies: beside this one, or, when this is the source, in the build. */
function workerFile(): URL {
  const beside = new URL('./worker.js', import.meta.url);
  if (existsSync(fileURLToPath(beside))) return beside;
  const built = new URL('../../dist/node/worker.js', import.meta.url);
  if (existsSync(fileURLToPath(built))) return built;
  throw new LimbeckError('worker-failed', {
    where: 'nodeEngine',
    given: 'no file worker.js in @limbeck/runtime',
    expected: 'the package as it is published, or built',
    next: 'Build it first: npx tsc -b packages/runtime',
  });
}

/** The main thread's side of a worker: numbered calls, their answers, and what happens when it dies. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #abortSignal: AbortSignal | undefined;
  readonly #exited: Promise<void>;
  #next = 0;
  #ended: LimbeckError | undefined;

  constructor(abortSignal?: AbortSignal) {
    if (abortSignal?.aborted === true) throw aborted('nodeEngine', abortSignal);
    // Flags of this process, such as a loader's, are not for the built worker.
    this.#worker = new Worker(workerFile(), { execArgv: [], name: 'limbeck-runtime' });
    this.#worker.on('message', (response: Response) => this.#settle(response));
    this.#worker.on('error', (cause) => this.#fail(died(`the error "${cause.message}"`, cause)));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#fail(died(`a worker that ended with code ${code}`));
        resolve();
      });
    });
    this.#worker.unref();
    this.#abortSignal = abortSignal;
    abortSignal?.addEventListener('abort', this.#abort, { once: true });
  }

  readonly #abort = (): void => {
    this.#fail(aborted('nodeEngine', this.#abortSignal!));
    this.#stop();
  };

  /** Posts a call and waits for its answer. @throws LimbeckError what the worker threw; `worker-failed`, `aborted` */
  ask<R>(call: Call): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const id = this.#next++;
      this.#worker.postMessage({ id, call } satisfies ToWorker, []);
      // Only a call in flight keeps the process alive, not an engine that was never disposed of.
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve, reject });
    });
  }

  /** Asks the worker to let something go; one that is gone has let go already. */
  async release(call: Call): Promise<void> {
    if (this.#ended === undefined) await this.ask(call);
  }

  #settle(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    // One that ends is waited for, though answers to calls that were aborted may still come.
    if (this.#pending.size === 0 && this.#ended === undefined) this.#worker.unref();
    if ('error' in response) pending?.reject(fromWire(response.error));
    else pending?.resolve(response.value as never);
  }

  #fail(error: LimbeckError): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }

  /** Lets the worker end itself between two runs: terminate() in the middle of one takes the process down. */
  #stop(): void {
    this.#worker.postMessage('stop' satisfies ToWorker, []);
  }

  /** Ends the worker: calls that come later are refused. */
  async end(): Promise<void> {
    this.#ended ??= new LimbeckError('disposed', {
      where: 'nodeEngine',
      given: 'a call after dispose()',
      expected: 'an engine that is still open',
      next: 'Dispose of it after the last call, or make a new one.',
    });
    this.#abortSignal?.removeEventListener('abort', this.#abort);
    // The process must not end before the worker has, or whoever waits for this would never hear of it.
    this.#worker.ref();
    this.#stop();
    await this.#exited;
  }
}

function died(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('worker-failed', {
    where: 'nodeEngine',
    given,
    expected: 'a worker that answers until dispose()',
    next: 'Make a new engine, and go on from the last checkpoint.',
    cause,
  });
}
