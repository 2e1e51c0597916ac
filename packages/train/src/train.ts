import {
  canonicalJson,
  event,
  type HostTensor,
  type HostTree,
  LimbeckError,
  type LongWork,
  Rng,
} from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import type { TensorTree } from '@limbeck/tensor';
import {
  type CheckpointRecord,
  type CheckpointStore,
  decodeCheckpoint,
  encodeCheckpoint,
  sha256,
} from './checkpoint.js';
import { FunctionRunner } from './function-runner.js';
import { PhaseFeeder } from './phase-feeder.js';
import { compilePhase, type PhaseRunner } from './phase-runner.js';
import type { Metrics, Program, RunView, Shippable, StateTree } from './program.js';
import { copyState, flattenState, unflattenState } from './state-tree.js';

/** Options of {@link train}. */
export interface TrainOptions extends LongWork {
  /** What runs the graphs. */
  readonly engine: Engine;
  /** The seed of everything random in the run. @defaultValue 0 */
  readonly seed?: number;
  /** Where checkpoints go; without one the run cannot be resumed. */
  readonly checkpoints?: CheckpointStore;
  /** How many optimiser steps lie between checkpoints. @defaultValue 200 */
  readonly checkpointEvery?: number;
  /** How many optimiser steps lie between `train/step` events. @defaultValue 50 */
  readonly reportEvery?: number;
}

/** What a run leaves behind. */
export interface TrainResult<S extends StateTree> {
  /** The last state. */
  readonly state: HostTree<S>;
  /** The best state by the program's metric, where it names one; else the last. */
  readonly best: HostTree<S>;
  readonly step: number;
  readonly epochs: { readonly [phase: string]: number };
  readonly evaluations: readonly { readonly step: number; readonly metrics: Metrics }[];
  /** Seconds in all, of this process. */
  readonly seconds: number;
  /** The sha256 of the last state's bytes. */
  readonly hash: string;
  /** What ships, by name, from the best state. */
  readonly students: { readonly [name: string]: Shippable };
}

/**
 * Runs a program to its end: compiles each phase once, then does what `next` says.
 *
 * With a checkpoint store the run goes on where an earlier one was killed, and ends with the same bits.
 *
 * @throws LimbeckError `non-finite-loss` naming phase and batch; `interrupted` after an abort, with everything
 * saved; `checkpoint-mismatch` for a checkpoint of another program; `empty-data`
 */
export async function train<
  S extends StateTree,
  B extends { readonly [phase: string]: TensorTree },
>(program: Program<S, B>, options: TrainOptions): Promise<TrainResult<S>> {
  const run = new Run(program, options);
  try {
    await run.start();
    return await run.toEnd();
  } finally {
    await run.dispose();
  }
}

type Phases = { [phase: string]: number };

class Run<S extends StateTree, B extends { readonly [phase: string]: TensorTree }> {
  readonly #program: Program<S, B>;
  readonly #options: TrainOptions;
  readonly #seed: number;
  readonly #functions: FunctionRunner<S>;
  readonly #feeder: PhaseFeeder<S>;
  readonly #compiled = new Map<string, PhaseRunner>();
  readonly #started = performance.now();
  #template!: HostTree<S>;
  #state: { [path: string]: HostTensor } = {};
  #best: { [path: string]: HostTensor } | undefined;
  #fingerprint = '';
  #step = 0;
  #draw = 0;
  #runs: Phases = {};
  #epochs: Phases = {};
  #metrics: Metrics = {};
  #evaluations: { readonly step: number; readonly metrics: Metrics }[] = [];
  #savedAt = 0;
  #startedAt = 0;

  constructor(program: Program<S, B>, options: TrainOptions) {
    this.#program = program;
    this.#options = options;
    this.#seed = options.seed ?? 0;
    this.#functions = new FunctionRunner(program.functions ?? {}, options.engine);
    this.#feeder = new PhaseFeeder(program.batches, () => this.#view());
  }

  async start(): Promise<void> {
    const rng = Rng.from(this.#seed).stream('init');
    this.#template = this.#program.init(rng);
    this.#state = flattenState(this.#template);
    const shapes = Object.entries(this.#state).map(([path, { dtype, shape }]) => [
      path,
      dtype,
      shape,
    ]);
    this.#fingerprint = await sha256(new TextEncoder().encode(canonicalJson(shapes)));
    await this.#resume();
    this.#startedAt = this.#step;
  }

  async #resume(): Promise<void> {
    const store = this.#options.checkpoints;
    const bytes = await store?.read('last');
    if (store === undefined || bytes === undefined) return;
    const { record, state } = await decodeCheckpoint<CheckpointRecord>('last', bytes);
    if (record.program !== this.#fingerprint || record.seed !== this.#seed) {
      throw new LimbeckError('checkpoint-mismatch', {
        where: 'train, checkpoint "last"',
        given: `a checkpoint of program ${record.program.slice(0, 12)}, seed ${record.seed}`,
        expected: `program ${this.#fingerprint.slice(0, 12)}, seed ${this.#seed}`,
        next: 'Give this run a folder of its own, or resume with the program that wrote the checkpoint.',
      });
    }
    const frozen = await this.#readFrozen(store);
    this.#state = flattenState(unflattenState(this.#template, { ...state, ...frozen }));
    const best = await store.read('best');
    if (best !== undefined) {
      const decoded = await decodeCheckpoint<CheckpointRecord>('best', best);
      // A best state newer than the last checkpoint will be found again.
      if (decoded.record.step <= record.step) this.#best = { ...decoded.state, ...frozen };
    }
    this.#step = record.step;
    this.#draw = record.draw;
    this.#runs = { ...record.runs };
    this.#epochs = { ...record.epochs };
    this.#metrics = record.metrics;
    this.#evaluations = [...record.evaluations];
    this.#savedAt = record.step;
    this.#feeder.restore(record.positions);
    this.#say('train/resumed', { step: this.#step });
  }

  async toEnd(): Promise<TrainResult<S>> {
    for (;;) {
      if (this.#options.abortSignal?.aborted === true) await this.#interrupt();
      const action = this.#program.next(this.#view());
      if (action === 'stop') break;
      if (action === 'evaluate') await this.#evaluate();
      else await this.#phase(action);
      const every = this.#options.checkpointEvery ?? 200;
      if (this.#step - this.#savedAt >= every) await this.#save();
    }
    if (this.#step !== this.#savedAt || this.#options.checkpoints !== undefined) await this.#save();
    const state = unflattenState(this.#template, this.#state);
    const best = unflattenState(this.#template, this.#best ?? this.#state);
    const encoded = await encodeCheckpoint({}, this.#state);
    return {
      state,
      best,
      step: this.#step,
      epochs: this.#epochs,
      evaluations: this.#evaluations,
      seconds: (performance.now() - this.#started) / 1000,
      hash: await sha256(encoded),
      students: Object.fromEntries(
        Object.entries(this.#program.students).map(([name, ship]) => [name, ship(best)]),
      ),
    };
  }

  async #phase(name: string): Promise<void> {
    const runner = await this.#runner(name);
    const fed = await this.#feeder.take(name, runner.microBatches);
    const clock = {
      seed: this.#seed,
      draw: this.#draw,
      step: this.#step,
      steps: this.#program.steps,
    };
    const result = await runner.run(this.#state, clock, fed.batches);
    const bad = Object.entries(result.metrics).find(([, value]) => !Number.isFinite(value));
    if (bad !== undefined) {
      throw new LimbeckError('non-finite-loss', {
        where: `phase "${name}", run ${(this.#runs[name] ?? 0) + 1}, batch at ${JSON.stringify(fed.from ?? 'the start')}`,
        given: `${bad[0]} = ${bad[1]}`,
        expected: 'finite numbers',
        next: 'Lower the rate, clip the gradients, or look for extreme values in this batch. The last checkpoint is whole.',
      });
    }
    Object.assign(this.#state, result.state);
    fed.accept();
    this.#step += 1;
    this.#draw += result.draws;
    this.#runs[name] = (this.#runs[name] ?? 0) + 1;
    this.#epochs[name] = (this.#epochs[name] ?? 0) + fed.epochs;
    this.#metrics = result.metrics;
    this.#progress(name, fed.examples);
  }

  async #runner(name: string): Promise<PhaseRunner> {
    const found = this.#compiled.get(name);
    if (found !== undefined) return found;
    const phase = this.#program.phases[name];
    const source = this.#program.batches[name];
    if (phase === undefined || source === undefined) {
      throw new LimbeckError('unknown-name', {
        where: 'train, next()',
        given: `"${name}"`,
        expected: `${Object.keys(this.#program.phases).join(', ')}, evaluate or stop`,
        next: 'Return a phase that the program has, with a source of batches.',
      });
    }
    const made = await compilePhase<S>({
      name,
      engine: this.#options.engine,
      tree: this.#template,
      state: this.#state,
      specs: source.specs,
      phase: phase,
    });
    this.#compiled.set(name, made);
    return made;
  }

  async #evaluate(): Promise<void> {
    const metrics = (await this.#program.evaluate?.(this.#view())) ?? {};
    const best = this.#program.best;
    const value = best === undefined ? undefined : metrics[best.metric];
    if (best !== undefined && value !== undefined) {
      const before = this.#evaluations.map(
        (evaluation) => evaluation.metrics[best.metric] ?? Number.NaN,
      );
      const better = before.every((other) => (best.higherIsBetter ? value > other : value < other));
      if (better) {
        this.#best = copyState(this.#state);
        await this.#write('best', this.#best);
      }
    }
    this.#evaluations.push({ step: this.#step, metrics });
    this.#say('train/evaluated', { step: this.#step, metrics });
  }

  #view(): RunView<S> {
    return {
      step: this.#step,
      runs: { ...this.#runs },
      epochs: { ...this.#epochs },
      metrics: this.#metrics,
      evaluations: this.#evaluations,
      read: (...players) => {
        const tree: unknown = unflattenState(this.#template, copyState(this.#state));
        const values = tree as { readonly [player: PropertyKey]: unknown };
        const picked = players.map((player) => [player, values[player]]);
        return Promise.resolve(Object.fromEntries(picked) as never);
      },
      call: (name, inputs) =>
        this.#functions.call(name, this.#template, this.#state, inputs, this.#clock()),
    };
  }

  #clock() {
    return { seed: this.#seed, draw: this.#draw, step: this.#step, steps: this.#program.steps };
  }

  /** The record of now. */
  #record(): CheckpointRecord {
    return {
      formatVersion: 1,
      program: this.#fingerprint,
      seed: this.#seed,
      step: this.#step,
      draw: this.#draw,
      runs: this.#runs,
      epochs: this.#epochs,
      positions: this.#feeder.positions(),
      metrics: this.#metrics,
      evaluations: this.#evaluations,
    };
  }

  #isFrozen(path: string): boolean {
    return (this.#program.frozen ?? []).some(
      (player) => path === player || path.startsWith(`${player}/`),
    );
  }

  async #readFrozen(store: CheckpointStore): Promise<{ [path: string]: HostTensor }> {
    if ((this.#program.frozen ?? []).length === 0) return {};
    const bytes = await store.read('frozen');
    return bytes === undefined ? {} : (await decodeCheckpoint('frozen', bytes)).state;
  }

  async #write(name: string, state: { [path: string]: HostTensor }): Promise<void> {
    const store = this.#options.checkpoints;
    if (store === undefined) return;
    const moving = Object.entries(state).filter(([path]) => !this.#isFrozen(path));
    await store.write(name, await encodeCheckpoint(this.#record(), Object.fromEntries(moving)));
  }

  async #save(): Promise<void> {
    const store = this.#options.checkpoints;
    if (store === undefined) return;
    const still = Object.entries(this.#state).filter(([path]) => this.#isFrozen(path));
    if (still.length > 0 && this.#savedAt === 0) {
      await store.write(
        'frozen',
        await encodeCheckpoint({ formatVersion: 1 }, Object.fromEntries(still)),
      );
    }
    await this.#write('last', this.#state);
    this.#savedAt = this.#step;
    this.#say('train/saved', { step: this.#step });
  }

  async #interrupt(): Promise<never> {
    await this.#save();
    throw new LimbeckError('interrupted', {
      where: 'train',
      given: `an abort at step ${this.#step} of ${this.#program.steps}`,
      expected: 'a run to its end',
      next:
        this.#options.checkpoints === undefined
          ? 'Pass a checkpoint store to be able to go on.'
          : 'Everything is saved: run the same program with the same store to go on.',
    });
  }

  #progress(phase: string, examples: number): void {
    const every = this.#options.reportEvery ?? 50;
    if (this.#step % every !== 0 && this.#step !== this.#startedAt + 1) return;
    const seconds = (performance.now() - this.#started) / 1000;
    const perStep = seconds / (this.#step - this.#startedAt);
    this.#say('train/step', {
      phase,
      step: this.#step,
      steps: this.#program.steps,
      metrics: this.#metrics,
      examplesPerSecond: Math.round(examples / perStep),
      secondsLeft: Math.max(0, Math.round((this.#program.steps - this.#step) * perStep)),
    });
  }

  #say(kind: string, fields: Parameters<typeof event>[1]): void {
    this.#options.onEvent?.(event(kind, fields));
  }

  async dispose(): Promise<void> {
    await this.#feeder.close();
    await this.#functions.dispose();
    await Promise.all([...this.#compiled.values()].map((runner) => runner.dispose()));
  }
}
