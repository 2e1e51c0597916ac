import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import {
  type ErrorDetails,
  type EventSink,
  type JsonObject,
  LimbeckError,
  type Logger,
} from '@limbeck/core';
import type { FromLive, LiveOrder, ToLive } from './live-worker.js';

/** Options of {@link startLivePage}. */
export interface LivePageOptions {
  /** What the page is about, such as the run's name. */
  readonly name: string;
  /** The steps that the run has, in order: those to come are listed too. */
  readonly steps?: readonly string[];
  /** The port. @defaultValue the first free one from 4750 on */
  readonly port?: number | undefined;
  /** The address to listen on; any other than this one lets others on the network read along. @defaultValue '127.0.0.1' */
  readonly host?: string | undefined;
  /** Is told if the page fails later on; the run goes on without it. */
  readonly logger?: Logger | undefined;
}

/** How a run ended, for {@link LivePage.close}. */
export interface RunEnd {
  /** Whether it came to its end. */
  readonly state: 'done' | 'failed' | 'interrupted';
  /** What to say of it. */
  readonly message?: string;
}

/** A page that shows a run while it goes on. */
export interface LivePage {
  /** Where it is. */
  readonly url: string;
  /** Takes the run's events. Never throws, and never waits. */
  readonly sink: EventSink;
  /** Tells open pages that the run is over, and how, then lets go of the port. */
  close(end?: RunEnd): Promise<void>;
}

/**
 * Serves a page that shows a run's progress: losses, rate, speed, time left, stages, sample predictions. The server has a
 * thread of its own, so it answers while this one is busy training, and nothing that the page does reaches the run.
 *
 * @throws LimbeckError `port-in-use`, `io-failed`; `invalid-option` for a port that is none; `worker-failed`
 * @example
 * ```ts no-run
 * import type { Engine } from '@limbeck/runtime';
 * import { train } from '@limbeck/train';
 * import { startLivePage } from 'limbeck/node';
 *
 * declare const program: Parameters<typeof train>[0];
 * declare const engine: Engine;
 * const page = await startLivePage({ name: 'mails' });
 * console.log(page.url);
 * await train(program, { engine, onEvent: page.sink });
 * await page.close({ state: 'done' });
 * ```
 */
export async function startLivePage(options: LivePageOptions): Promise<LivePage> {
  const { name, steps = [], port, host = '127.0.0.1', logger } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new LimbeckError('invalid-option', {
      where: 'startLivePage',
      given: `port ${port}`,
      expected: 'a whole number from 0 to 65535',
      next: 'Leave it out to take the first free one.',
    });
  }
  const order: LiveOrder = { name, steps: [...steps], host, port };
  const [file, flags] = workerFile();
  const worker = new Worker(file, { ...flags, workerData: order });
  // A forgotten page must not keep the process alive.
  worker.unref();
  let alive = true;
  const found = await started(worker);
  const lost = (cause: unknown): void => {
    if (alive) logger?.warn(`The live page has failed and shows nothing new: ${String(cause)}`);
    alive = false;
  };
  worker.on('error', lost);
  worker.on('exit', () => lost('its thread has ended'));
  const tell = (message: ToLive): void => {
    if (!alive) return;
    try {
      worker.postMessage(message, []);
    } catch (cause) {
      logger?.warn(`An event could not be sent to the live page: ${String(cause)}`);
    }
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${found}/`,
    sink: (event) => tell({ kind: 'event', event }),
    close: async (end = { state: 'done' }) => {
      if (!alive) return;
      const closed = gone(worker);
      tell({ kind: 'end', fields: end as unknown as JsonObject });
      alive = false;
      worker.ref();
      await closed;
      await worker.terminate();
    },
  };
}

/** Waits for the port that the worker listens on. */
function started(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off('message', heard).off('error', broken).off('exit', left);
      act();
    };
    const heard = (message: FromLive): void => {
      if (message.kind === 'ready') settle(() => resolve(message.port));
      else if (message.kind === 'failed') settle(() => reject(asError(message)));
    };
    const broken = (cause: Error): void => settle(() => reject(failed(cause.message, cause)));
    const left = (code: number): void =>
      settle(() => reject(failed(`an exit with status ${code}`)));
    // While it starts, it is waited for.
    worker.ref();
    worker.on('message', heard).on('error', broken).on('exit', left);
  }).finally(() => worker.unref()) as Promise<number>;
}

function gone(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.on('message', (message: FromLive) => {
      if (message.kind === 'closed') resolve();
    });
    worker.on('exit', () => resolve());
    worker.on('error', () => resolve());
  });
}

/** Where the worker's file lies: beside this one, or, when this is the source, in the build. */
function workerFile(): [file: URL, options: WorkerOptions] {
  const beside = new URL('./live-worker.js', import.meta.url);
  if (existsSync(fileURLToPath(beside))) return [beside, {}];
  // Flags of this process, such as a loader's, are not for the build.
  return [new URL('../../../dist/node/live/live-worker.js', import.meta.url), { execArgv: [] }];
}

function asError({ code, details }: Extract<FromLive, { readonly kind: 'failed' }>): LimbeckError {
  return code === undefined
    ? failed(details['given'] ?? 'no reason')
    : new LimbeckError(code, details as unknown as ErrorDetails);
}

function failed(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('worker-failed', {
    where: 'startLivePage',
    given,
    expected: 'a thread that serves the page',
    next: 'Run without --watch; the cause says what is missing.',
    cause,
  });
}
