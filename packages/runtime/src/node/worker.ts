// The worker's side: one engine, with its sessions, state and buffers.
import { parentPort } from 'node:worker_threads';
import { LimbeckError } from '@limbeck/core';
import type { Engine, Runner, Stepper } from '../engine.js';
import { localEngine } from './local-engine.js';
import {
  type Call,
  type LoadedGraph,
  type Request,
  toWire,
  type ToWorker,
  transferables,
} from './messages.js';

const runners = new Map<number, Runner>();
const steppers = new Map<number, Stepper>();
let engine: Engine | undefined;
let next = 0;

function of<T>(map: ReadonlyMap<number, T>, key: number, what: string): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  throw new LimbeckError('disposed', {
    where: what,
    given: 'a call after dispose()',
    expected: `a ${what} that is still open`,
    next: 'Dispose of it after the last call, or make a new one.',
  });
}

async function answer(call: Call): Promise<unknown> {
  switch (call.kind) {
    case 'start':
      engine = await localEngine(call.settings);
      return engine.kernels;
    case 'load': {
      const runner = await engine!.load(call.graph);
      runners.set(++next, runner);
      const { inputs, outputs } = runner;
      return { runner: next, inputs, outputs } satisfies LoadedGraph;
    }
    case 'run':
      return of(runners, call.runner, 'runner').run(call.feeds, call.fetch);
    case 'stepper':
      steppers.set(++next, await of(runners, call.runner, 'runner').stepper(call.options));
      return next;
    case 'step':
      return of(steppers, call.stepper, 'stepper').step(call.feeds, call.fetch);
    case 'read':
      return of(steppers, call.stepper, 'stepper').read(call.names);
    case 'write':
      return of(steppers, call.stepper, 'stepper').write(call.state);
    case 'disposeStepper':
      await steppers.get(call.stepper)?.dispose();
      steppers.delete(call.stepper);
      return undefined;
    case 'disposeRunner':
      await runners.get(call.runner)?.dispose();
      runners.delete(call.runner);
      return undefined;
    case 'dispose':
      await engine?.dispose();
      return undefined;
    default:
      return call satisfies never;
  }
}

async function respond({ id, call }: Request): Promise<void> {
  try {
    const value = await answer(call);
    parentPort!.postMessage({ id, value }, transferables(value));
  } catch (error) {
    parentPort!.postMessage({ id, error: toWire(error) }, []);
  }
}

// A run blocks this thread whole, so calls are answered one after another, in the order they came.
let last: Promise<void> = Promise.resolve();
parentPort!.on('message', (message: ToWorker) => {
  // Here no run is on the stack, so ending is safe; calls that wait are dropped.
  if (message === 'stop') process.exit(0);
  last = last.then(() => respond(message));
});
