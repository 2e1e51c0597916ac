import { Worker } from 'node:worker_threads';
import { LimbeckError } from '@limbeck/core';
import type { Answers, Order, Reply } from './peer-worker.js';

/** A few worker threads that ask the libraries, so that this thread stays free. */
export interface PeerPool {
  /** Answers an order as soon as a thread is free; orders are begun in the order they came in. */
  ask(order: Order): Promise<Answers>;
  /** Ends the threads; orders that wait are refused. */
  dispose(): Promise<void>;
}

interface Waiting {
  readonly order: Order;
  readonly resolve: (answers: Answers) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts the threads when they are first needed.
 *
 * @throws LimbeckError from `ask`: `worker-failed` if a library fails or a thread dies; `aborted` after `dispose`
 */
export function peerPool(threads: number): PeerPool {
  const queue: Waiting[] = [];
  const running = new Map<Worker, Waiting | undefined>();
  let disposed = false;

  const feed = (worker: Worker): void => {
    const next = queue.shift();
    running.set(worker, next);
    // A thread without work must not keep the process alive.
    if (next === undefined) worker.unref();
    else {
      worker.ref();
      worker.postMessage(next.order, []);
    }
  };
  const start = (): Worker => {
    // Flags of this process, such as a loader's, are not for the thread.
    const file = new URL('./start-peer-worker.mjs', import.meta.url);
    const worker = new Worker(file, { execArgv: [] });
    const lost = (given: string, cause?: unknown): void => {
      running.get(worker)?.reject(failed(given, cause));
      running.delete(worker);
      if (!disposed && queue.length > 0) feed(start());
    };
    worker.on('message', (reply: Reply) => {
      const { resolve, reject } = running.get(worker)!;
      if ('done' in reply) resolve(reply.done);
      else reject(failed(reply.failed));
      feed(worker);
    });
    worker.on('error', (error) => lost(error.message, error));
    worker.on('exit', (code) => lost(`an exit with status ${code}`));
    return worker;
  };

  return {
    ask(order) {
      if (disposed) return Promise.reject(stopped());
      return new Promise((resolve, reject) => {
        queue.push({ order, resolve, reject });
        const idle = [...running].find(([, work]) => work === undefined)?.[0];
        if (idle !== undefined) feed(idle);
        else if (running.size < threads) feed(start());
      });
    },
    async dispose() {
      disposed = true;
      const refused = [...queue.splice(0), ...running.values()];
      const workers = [...running.keys()];
      running.clear();
      for (const waiting of refused) waiting?.reject(stopped());
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function failed(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('worker-failed', {
    where: 'peers',
    given,
    expected: 'a thread that answers',
    next: 'Run `npm start` again; if it stays, reinstall highlight.js and @vscode/vscode-languagedetection.',
    cause,
  });
}

/** What is thrown after an abort. */
export function stopped(cause?: unknown): LimbeckError {
  return new LimbeckError('aborted', {
    where: 'peers',
    given: 'an abort',
    expected: 'time to ask every peer',
    next: 'Run again.',
    cause,
  });
}
