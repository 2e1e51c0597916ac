import { parentPort, workerData } from 'node:worker_threads';
import {
  type Event,
  isLimbeckError,
  type Json,
  type JsonObject,
  LimbeckError,
} from '@limbeck/core';
import { nodeEngine, type NodeEngineOptions } from '@limbeck/runtime/node';
import type { Program } from '../program.js';
import { train } from '../train.js';
import type { TrainOptions } from '../train-options.js';
import { folderStore } from './folder-store.js';
import type { WorkerTrainResult } from './train-in-worker.js';

/** What the worker is told. */
export interface WorkerOrder {
  readonly module: string;
  readonly name: string;
  readonly argument: Json;
  readonly checkpoints: string | undefined;
  readonly engine: Pick<NodeEngineOptions, 'threads' | 'provider'>;
  readonly options: Pick<TrainOptions, 'seed' | 'checkpointEvery' | 'reportEvery' | 'onNonFinite'>;
}

/** What the worker says. */
export type FromWorker =
  | { readonly kind: 'event'; readonly event: Event }
  | {
      readonly kind: 'line';
      readonly level: 'info' | 'warn';
      readonly line: string;
      readonly fields: JsonObject | undefined;
    }
  | { readonly kind: 'result'; readonly result: WorkerTrainResult }
  | {
      readonly kind: 'error';
      readonly code: string | undefined;
      readonly text: string;
      readonly details: ConstructorParameters<typeof LimbeckError>[1];
    };

type AnyProgram = Program<never, never>;

const port = parentPort;
if (port !== null) {
  const say = (message: FromWorker): void => port.postMessage(message);
  const controller = new AbortController();
  port.on('message', () => controller.abort());
  try {
    const result = await run(workerData as WorkerOrder, controller.signal, say);
    say({ kind: 'result', result });
  } catch (error) {
    say(described(error));
  }
  port.close();
}

async function run(
  order: WorkerOrder,
  abortSignal: AbortSignal,
  say: (message: FromWorker) => void,
): Promise<WorkerTrainResult> {
  const found = ((await import(order.module)) as { readonly [name: string]: unknown })[order.name];
  if (typeof found !== 'function') {
    throw new LimbeckError('unknown-name', {
      where: 'trainInWorker',
      given: `the export "${order.name}" of ${order.module}, which is ${typeof found}`,
      expected: 'a function that makes a program',
      next: 'Export it, or name another with the option "export".',
    });
  }
  const program = await (found as (argument: Json) => AnyProgram | Promise<AnyProgram>)(
    order.argument,
  );
  const engine = await nodeEngine(order.engine);
  try {
    const { students: _students, ...result } = await train(program, {
      ...order.options,
      engine,
      abortSignal,
      ...(order.checkpoints === undefined ? {} : { checkpoints: folderStore(order.checkpoints) }),
      onEvent: (event) => say({ kind: 'event', event }),
      logger: {
        info: (line, fields) => say({ kind: 'line', level: 'info', line, fields }),
        warn: (line, fields) => say({ kind: 'line', level: 'warn', line, fields }),
      },
    });
    return result;
  } finally {
    await engine.dispose();
  }
}

/** An error as it can be sent to another thread. */
function described(error: unknown): FromWorker {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!isLimbeckError(error)) {
    const details = { where: '', given: '', expected: '', next: '' };
    return { kind: 'error', code: undefined, text, details };
  }
  const { code, where, given, expected, next } = error;
  return { kind: 'error', code, text, details: { where, given, expected, next } };
}
