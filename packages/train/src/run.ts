import {
  checkWhole,
  event,
  type HostTensor,
  type HostTree,
  type JsonObject,
  LimbeckError,
  Rng,
} from '@limbeck/core';
import type { TensorTree } from '@limbeck/tensor';
import { type CheckpointRecord, encodeCheckpoint, sha256 } from './checkpoint.js';
import type { Clock } from './compile.js';
import { FunctionRunner } from './function-runner.js';
import { PhaseFeeder } from './phase-feeder.js';
import type { PhaseRunner } from './phase-parts.js';
import { compilePhase } from './phase-runner.js';
import type { Metrics, Program, RunView, StateTree } from './program.js';
import { type Fingerprint, fingerprint, RunCheckpoints } from './run-checkpoints.js';
import { StateKeeper } from './state-keeper.js';
import { copyState, flattenState, pickPlayers, unflattenState } from './state-tree.js';
import type { TrainOptions, TrainResult } from './train-options.js';

type Phases = { [phase: string]: number };

/** One run of a program: its state, its clock and what it is made to do next. */
export class Run<S extends StateTree, B extends { readonly [phase: string]: TensorTree }> {
  readonly #program: Program<S, B>;
  readonly #options: TrainOptions;
  readonly #seed: number;
  readonly #functions: FunctionRunner<S>;
  readonly #feeder: PhaseFeeder<S>;
  readonly #checkpoints: RunCheckpoints;
  readonly #compiled = new Map<string, PhaseRunner>();
  readonly #started = performance.now();
  readonly #view: RunView<S>;
  #template!: HostTree<S>;
  #state!: StateKeeper;
  #best: { [path: string]: HostTensor } | undefined;
  #fingerprint!: Fingerprint;
  #step = 0;
  #draw = 0;
  #runs: Phases = {};
  #epochs: Phases = {};
  #metrics: Metrics = {};
  #evaluations: { readonly step: number; readonly metrics: Metrics }[] = [];
  #savedAt = -1;
  #startedAt = 0;
  #examples = 0;

  constructor(program: Program<S, B>, options: TrainOptions) {
    const { seed = 0, checkpointEvery = 200, reportEvery = 50, engine, checkpoints } = options;
    checkWhole('train', { seed }, 0, 'Use 0, for example.');
    checkWhole('train', { checkpointEvery, reportEvery }, 1, 'Pass a whole number of steps.');
    this.#program = program;
    this.#options = options;
    this.#seed = seed;
    this.#functions = new FunctionRunner(program.functions ?? {}, engine);
    this.#checkpoints = new RunCheckpoints(checkpoints, program.frozen ?? []);
    this.#view = this.#makeView();
    this.#feeder = new PhaseFeeder(program.batches, this.#view);
  }

  /** Makes the state, or reads it where an earlier run left it. */
  async start(): Promise<void> {
    this.#template = this.#program.init(Rng.from(this.#seed).stream('init'));
    const fresh = flattenState(this.#template);
    this.#state = new StateKeeper(fresh);
    this.#fingerprint = await fingerprint(fresh, this.#program);
    const resumed = await this.#checkpoints.read(this.#fingerprint, this.#seed);
    if (resumed !== undefined) {
      const { record, state, best } = resumed;
      this.#state = new StateKeeper(flattenState(unflattenState(this.#template, state)));
      this.#best = best === undefined ? undefined : { ...best };
      this.#step = record.step;
      this.#draw = record.draw;
      this.#runs = { ...record.runs };
      this.#epochs = { ...record.epochs };
      this.#metrics = record.metrics;
      this.#evaluations = [...record.evaluations];
      this.#savedAt = record.step;
      this.#feeder.restore(record.positions);
      this.#say('train/resumed', { step: this.#step }, `Going on from step ${this.#step}.`);
    }
    this.#startedAt = this.#step;
  }

  /** Does what the program's `next` says until it says stop. */
  async toEnd(): Promise<TrainResult<S>> {
    const { checkpointEvery = 200, abortSignal } = this.#options;
    for (;;) {
      if (abortSignal?.aborted === true) await this.#interrupt();
      const action = this.#program.next(this.#view);
      if (action === 'stop') break;
      if (action === 'evaluate') await this.#evaluate();
      else await this.#phase(action);
      if (this.#step - Math.max(0, this.#savedAt) >= checkpointEvery) await this.#save();
    }
    await this.#save();
    const state = await this.#state.read();
    const best = unflattenState(this.#template, this.#best ?? state);
    return {
      state: unflattenState(this.#template, state),
      best,
      step: this.#step,
      epochs: this.#epochs,
      evaluations: this.#evaluations,
      seconds: (performance.now() - this.#started) / 1000,
      hash: await sha256(await encodeCheckpoint({}, state)),
      canary: this.#canary(),
      students: Object.fromEntries(
        Object.entries(this.#program.students).map(([name, ship]) => [name, ship(best)]),
      ),
    };
  }

  #canary(): TrainResult<S>['canary'] {
    if (this.#program.canary === undefined) return 'off';
    return this.#program.canary(this.#evaluations) ? 'passed' : 'open';
  }

  async #phase(name: string): Promise<void> {
    const runner = await this.#runner(name);
    const fed = await this.#feeder.take(name, runner.microBatches);
    const result = await runner.run(this.#clock(), fed.batches);
    const bad = Object.entries(result.metrics).find(([, value]) => !Number.isFinite(value));
    if (bad !== undefined) {
      throw new LimbeckError('non-finite-loss', {
        where: `phase "${name}", run ${(this.#runs[name] ?? 0) + 1}, batch at ${JSON.stringify(fed.from ?? 'the start')}`,
        given: `${bad[0]} = ${bad[1]}`,
        expected: 'finite numbers',
        next: 'Lower the rate, clip the gradients, or look for extreme values in this batch. The last checkpoint is whole.',
      });
    }
    fed.accept();
    this.#step += 1;
    this.#draw += result.draws;
    this.#runs[name] = (this.#runs[name] ?? 0) + 1;
    this.#epochs[name] = (this.#epochs[name] ?? 0) + fed.epochs;
    this.#metrics = result.metrics;
    this.#examples += fed.examples;
    this.#progress(name);
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
      shapes: flattenState(this.#template),
      keeper: this.#state,
      frozen: this.#program.frozen ?? [],
      specs: source.specs,
      phase,
    });
    this.#compiled.set(name, made);
    return made;
  }

  async #evaluate(): Promise<void> {
    const metrics = (await this.#program.evaluate?.(this.#view)) ?? {};
    const bad = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
    if (bad !== undefined) {
      throw new LimbeckError('non-finite-data', {
        where: `train, evaluate at step ${this.#step}`,
        given: `${bad[0]} = ${bad[1]}`,
        expected: 'finite numbers',
        next: 'Leave a metric out where it is undefined.',
      });
    }
    const best = this.#program.best;
    const value = best === undefined ? undefined : metrics[best.metric];
    if (best !== undefined && value !== undefined) {
      const before = this.#evaluations.flatMap((other) => other.metrics[best.metric] ?? []);
      if (before.every((other) => (best.higherIsBetter ? value > other : value < other))) {
        this.#best = copyState(await this.#state.read());
        await this.#checkpoints.write('best', this.#record(), this.#best);
      }
    }
    this.#evaluations.push({ step: this.#step, metrics });
    const said = Object.entries(metrics).map(([name, found]) => `${name} ${found.toFixed(4)}`);
    this.#say(
      'train/evaluated',
      { step: this.#step, metrics },
      `step ${this.#step}: ${said.join(', ')}`,
    );
  }

  /** What the program and live sources see: always the run as it is now. */
  #makeView(): RunView<S> {
    const now = <T>(get: () => T) => ({ get, enumerable: true });
    const view = {
      read: async (...players: readonly (keyof S & string)[]) => {
        const asked = pickPlayers(this.#template, players);
        const values = await this.#state.read(Object.keys(flattenState(asked)));
        return unflattenState(asked, copyState(values));
      },
      call: (
        name: string,
        inputs: { readonly [path: string]: HostTensor },
        outputs?: readonly string[],
      ) => {
        const clock = this.#clock();
        return this.#functions.call(name, this.#template, this.#state, inputs, clock, outputs);
      },
      say: (kind: string, fields: JsonObject, line?: string) => this.#say(kind, fields, line),
    };
    return Object.defineProperties(view, {
      step: now(() => this.#step),
      runs: now(() => ({ ...this.#runs })),
      epochs: now(() => ({ ...this.#epochs })),
      metrics: now(() => this.#metrics),
      evaluations: now(() => [...this.#evaluations]),
    }) as unknown as RunView<S>;
  }

  #clock(): Clock {
    return { seed: this.#seed, draw: this.#draw, step: this.#step, steps: this.#program.steps };
  }

  #record(): CheckpointRecord {
    return {
      formatVersion: 1,
      ...this.#fingerprint,
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

  async #save(): Promise<void> {
    if (!this.#checkpoints.kept) return;
    await this.#checkpoints.write('last', this.#record(), await this.#state.read());
    this.#savedAt = this.#step;
    this.#say('train/saved', { step: this.#step });
  }

  async #interrupt(): Promise<never> {
    await this.#save();
    throw new LimbeckError('interrupted', {
      where: 'train',
      given: `an abort at step ${this.#step} of ${this.#program.steps}`,
      expected: 'a run to its end',
      next: this.#checkpoints.kept
        ? 'Everything is saved: run the same program with the same store to go on.'
        : 'Pass a checkpoint store to be able to go on.',
      cause: this.#options.abortSignal?.reason,
    });
  }

  #progress(phase: string): void {
    const { reportEvery = 50 } = this.#options;
    if (this.#step % reportEvery !== 0 && this.#step !== this.#startedAt + 1) return;
    const { steps } = this.#program;
    const seconds = (performance.now() - this.#started) / 1000;
    const perStep = seconds / (this.#step - this.#startedAt);
    const examplesPerSecond = Math.round(this.#examples / seconds);
    const secondsLeft = Math.max(0, Math.round((steps - this.#step) * perStep));
    const terms = Object.entries(this.#metrics).map(
      ([name, value]) => `${name} ${value.toFixed(4)}`,
    );
    this.#say(
      'train/step',
      { phase, step: this.#step, steps, metrics: this.#metrics, examplesPerSecond, secondsLeft },
      `step ${this.#step}/${steps}: ${terms.join(', ')}; ${examplesPerSecond} examples/s, ${secondsLeft} s left`,
    );
  }

  #say(kind: string, fields: JsonObject, line?: string): void {
    this.#options.onEvent?.(event(kind, fields));
    if (line === undefined) return;
    if (fields['level'] === 'warn') this.#options.logger?.warn(line, fields);
    else this.#options.logger?.info(line, fields);
  }

  /** Lets go of sources and graphs. */
  async dispose(): Promise<void> {
    await this.#feeder.close();
    await this.#functions.dispose();
    await Promise.all([...this.#compiled.values()].map((runner) => runner.dispose()));
  }
}
