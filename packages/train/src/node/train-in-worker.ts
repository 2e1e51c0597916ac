import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import {
  type ErrorCode,
  type HostTree,
  type Json,
  LimbeckError,
  type LongWork,
} from '@limbeck/core';
import type { NodeEngineOptions } from '@limbeck/runtime/node';
import type { TensorTree } from '@limbeck/tensor';
import { checkOptions } from '../check-arguments.js';
import type { Program, StateTree } from '../program.js';
import type { TrainOptions, TrainResult } from '../train-options.js';
import type { FromWorker, WorkerOrder } from './train-worker.js';

/** Options of {@link trainInWorker}. */
export interface WorkerTrainOptions extends LongWork {
  /**
   * The module whose export makes the program: a function of `argument`, called inside the worker. What it needs (data,
   * models) it makes there, since programs cannot be sent to a thread.
   */
  readonly module: URL;
  /** The name of that export. @defaultValue 'default' */
  readonly export?: string;
  /** What the function is given. @defaultValue null */
  readonly argument?: Json;
  /** The folder of checkpoints, absolute or from the working directory. @defaultValue none */
  readonly checkpoints?: string;
  /** As in `train`. */
  readonly seed?: number;
  /** As in `train`. */
  readonly checkpointEvery?: number;
  /** As in `train`. */
  readonly reportEvery?: number;
  /** As in `train`. */
  readonly onNonFinite?: TrainOptions['onNonFinite'];
  /** The engine that is made in the worker. @defaultValue that of `nodeEngine()` */
  readonly engine?: Pick<NodeEngineOptions, 'threads' | 'provider'>;
}

/** Makes a program inside the worker: what the module of {@link WorkerTrainOptions} exports. */
export type ProgramMaker<
  S extends StateTree,
  B extends { readonly [phase: string]: TensorTree },
> = (argument: Json) => Program<S, B> | Promise<Program<S, B>>;

/** What comes back of a run in a worker: everything but functions. */
export type WorkerTrainResult = Omit<TrainResult<StateTree>, 'students' | 'state' | 'best'> & {
  /** The last state. */
  readonly state: HostTree<StateTree>;
  /** The best state by the program's metric, where it names one; else the last. */
  readonly best: HostTree<StateTree>;
};

/**
 * Trains in a worker thread, sessions, state and data included, so that this thread stays free to serve or to show
 * progress. Events come here; an abort goes there, and the run saves before it stops.
 *
 * To ship, make the program here as well and give its `students` the best state.
 *
 * @throws LimbeckError as `train`; `invalid-option` for an argument that is not JSON; `unknown-name` if the module has no such function; `worker-failed`
 */
export async function trainInWorker(options: WorkerTrainOptions): Promise<WorkerTrainResult> {
  checkWorkerOptions(options);
  const { module, abortSignal, onEvent, logger } = options;
  const order: WorkerOrder = {
    module: module.href,
    name: options.export ?? 'default',
    argument: options.argument ?? null,
    checkpoints: options.checkpoints,
    engine: options.engine ?? {},
    options: {
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.checkpointEvery === undefined
        ? {}
        : { checkpointEvery: options.checkpointEvery }),
      ...(options.onNonFinite === undefined ? {} : { onNonFinite: options.onNonFinite }),
      ...(options.reportEvery === undefined ? {} : { reportEvery: options.reportEvery }),
    },
  };
  return new Promise((resolve, reject) => {
    const [file, flags] = workerFile();
    const worker = startWorker(file, { ...flags, workerData: order });
    const abort = (): void => worker.postMessage('abort', []);
    const end = (settle: () => void): void => {
      abortSignal?.removeEventListener('abort', abort);
      settle();
    };
    if (abortSignal?.aborted === true) abort();
    else abortSignal?.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'event') onEvent?.(message.event);
      else if (message.kind === 'line') logger?.[message.level](message.line, message.fields);
      else if (message.kind === 'result') end(() => resolve(message.result));
      else end(() => reject(asError(message)));
    });
    worker.on('error', (cause) => end(() => reject(failed(cause.message, cause))));
    worker.on('exit', (code) => end(() => reject(failed(`an exit with status ${code}`))));
  });
}

/** What callers without types may pass. @throws LimbeckError `invalid-option` */
function checkWorkerOptions(options: unknown): void {
  checkOptions('trainInWorker', options);
  const { module } = options as { readonly module?: unknown };
  if (module instanceof URL) return;
  throw new LimbeckError('invalid-option', {
    where: 'trainInWorker',
    given: `the module ${JSON.stringify(module)}`,
    expected: 'a URL',
    next: "Pass new URL('./program.js', import.meta.url), for example.",
  });
}

/** @throws LimbeckError `invalid-option` for an argument that cannot be sent to another thread */
function startWorker(file: URL, options: WorkerOptions): Worker {
  try {
    return new Worker(file, options);
  } catch (cause) {
    if ((cause as { readonly name?: unknown }).name !== 'DataCloneError') throw cause;
    throw new LimbeckError('invalid-option', {
      where: 'trainInWorker',
      given: `an argument or option that cannot be posted: ${(cause as Error).message}`,
      expected: 'JSON: null, booleans, numbers, texts, lists and objects of these',
      next: 'Make what is more than that, such as functions, inside the module.',
      cause,
    });
  }
}

/** Where the worker's file lies: beside this one, or, when this is the source, in the build. */
function workerFile(): [file: URL, options: WorkerOptions] {
  const beside = new URL('./train-worker.js', import.meta.url);
  if (existsSync(fileURLToPath(beside))) return [beside, {}];
  // Flags of this process, such as a loader's, are not for the build.
  return [new URL('../../dist/node/train-worker.js', import.meta.url), { execArgv: [] }];
}

function asError(message: Extract<FromWorker, { readonly kind: 'error' }>): Error {
  const { code, details, text } = message;
  return code === undefined ? failed(text) : new LimbeckError(code as ErrorCode, details);
}

function failed(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('worker-failed', {
    where: 'trainInWorker',
    given,
    expected: 'a worker that trains to the end',
    next: 'Try the program with train() in this thread to see the whole error.',
    cause,
  });
}
