import type { Spec } from '@limbeck/core';
import type { OnnxGraph } from '@limbeck/tensor';
import type { Engine, HostTensors, Runner, Stepper, StepperOptions } from '../engine.js';
import { bytesOf } from '../graph-facts.js';
import { Lifetime } from '../lifetime.js';
import { compact, compactArray, type LoadedGraph } from './messages.js';
import type { EngineSettings } from './options.js';
import { WorkerThread } from './worker-thread.js';

class WorkerStepper implements Stepper {
  readonly #life = new Lifetime('stepper');

  constructor(
    readonly thread: WorkerThread,
    readonly stepper: number,
  ) {}

  step(feeds: HostTensors, fetch?: readonly string[]): Promise<HostTensors> {
    const { thread, stepper } = this;
    return this.#life.use('step', async () =>
      thread.ask<HostTensors>({ kind: 'step', stepper, feeds: compact('step', feeds), fetch }),
    );
  }

  read(names?: readonly string[]): Promise<HostTensors> {
    const { thread, stepper } = this;
    return this.#life.use('read', () => thread.ask<HostTensors>({ kind: 'read', stepper, names }));
  }

  write(state: HostTensors): Promise<void> {
    const { thread, stepper } = this;
    return this.#life.use('write', async () =>
      thread.ask<void>({ kind: 'write', stepper, state: compact('write', state) }),
    );
  }

  dispose(): Promise<void> {
    const { thread, stepper } = this;
    return this.#life.end(() => thread.release({ kind: 'disposeStepper', stepper }));
  }
}

class WorkerRunner implements Runner {
  readonly inputs: { readonly [name: string]: Spec };
  readonly outputs: { readonly [name: string]: Spec };
  readonly #thread: WorkerThread;
  readonly #runner: number;
  readonly #life = new Lifetime('runner');

  constructor(thread: WorkerThread, { runner, inputs, outputs }: LoadedGraph) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.#thread = thread;
    this.#runner = runner;
  }

  run(feeds: HostTensors, fetch?: readonly string[]): Promise<HostTensors> {
    return this.#life.use('run', async () =>
      this.#thread.ask<HostTensors>({
        kind: 'run',
        runner: this.#runner,
        feeds: compact('run', feeds),
        fetch,
      }),
    );
  }

  stepper({ carry, state, constants = {}, guard = [] }: StepperOptions): Promise<Stepper> {
    return this.#life.use('stepper', async () => {
      const options = {
        carry: { ...carry },
        state: compact('stepper', state),
        constants: compact('stepper', constants),
        guard: [...guard],
      };
      const call = { kind: 'stepper', runner: this.#runner, options } as const;
      return new WorkerStepper(this.#thread, await this.#thread.ask<number>(call));
    });
  }

  dispose(): Promise<void> {
    return this.#life.end(() =>
      this.#thread.release({ kind: 'disposeRunner', runner: this.#runner }),
    );
  }
}

class WorkerEngine implements Engine {
  readonly provider: string;
  readonly threads: number;
  readonly kernels: readonly string[];
  readonly #thread: WorkerThread;
  readonly #life = new Lifetime('engine');

  constructor(
    thread: WorkerThread,
    { provider, threads }: EngineSettings,
    kernels: readonly string[],
  ) {
    this.provider = provider;
    this.threads = threads;
    this.kernels = kernels;
    this.#thread = thread;
  }

  load(graph: Uint8Array | OnnxGraph): Promise<Runner> {
    return this.#life.use('load', async () => {
      const bytes = compactArray(bytesOf(graph));
      const plain = graph instanceof Uint8Array ? bytes : { ...graph, bytes };
      const call = { kind: 'load', graph: plain } as const;
      return new WorkerRunner(this.#thread, await this.#thread.ask<LoadedGraph>(call));
    });
  }

  dispose(): Promise<void> {
    return this.#life.end(async () => {
      await this.#thread.release({ kind: 'dispose' });
      await this.#thread.end();
    });
  }
}

/** An engine in a worker thread. @throws LimbeckError `engine-missing`, `unknown-provider`, `worker-failed` */
export async function workerEngine(
  settings: EngineSettings,
  abortSignal?: AbortSignal,
): Promise<Engine> {
  const thread = new WorkerThread(abortSignal);
  try {
    const kernels = await thread.ask<readonly string[]>({ kind: 'start', settings });
    return new WorkerEngine(thread, settings, kernels);
  } catch (error) {
    await thread.end();
    throw error;
  }
}
