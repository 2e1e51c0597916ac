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
import { checkOnNonFinite, nonFiniteError, nonFiniteMetric, skippedOnce } from './non-finite.js';
import { PhaseFeeder, type StepFeed } from './phase-feeder.js';
import type { PhaseResult, PhaseRunner } from './phase-parts.js';
import { compilePhase } from './phase-runner.js';
import type { Program, RunView, StateTree } from './program.js';
import { progressOf } from './progress.js';
import { type Fingerprint, fingerprint, RunCheckpoints } from './run-checkpoints.js';
import { RunCounts } from './run-counts.js';
import { makeView } from './run-view.js';
import { StateKeeper } from './state-keeper.js';
import { checkPlayers, copyState, flattenState, unflattenState } from './state-tree.js';
import type { TrainOptions, TrainResult } from './train-options.js';

/** One run of a program: its state, its clock and what it is made to do next. */
export class Run<S extends StateTree, B extends { readonly [phase: string]: TensorTree }> {
  readonly #program: Program<S, B>;
  readonly #options: TrainOptions;
  readonly #seed: number;
  readonly #counts: RunCounts;
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
  #savedAt = -1;
  #startedAt = 0;
  #examples = 0;

  constructor(program: Program<S, B>, options: TrainOptions) {
    const { seed = 0, checkpointEvery = 200, reportEvery = 50 } = options;
    const { engine, checkpoints, onNonFinite = 'stop' } = options;
    checkWhole('train', { seed }, 0, 'Use 0, for example.');
    checkWhole('train', { checkpointEvery, reportEvery }, 1, 'Pass a whole number of steps.');
    checkOnNonFinite(onNonFinite);
    this.#program = program;
    this.#options = options;
    this.#seed = seed;
    this.#counts = new RunCounts(seed);
    this.#functions = new FunctionRunner(program.functions ?? {}, engine);
    this.#checkpoints = new RunCheckpoints(checkpoints, program.frozen ?? []);
    this.#view = makeView<S>({
      counts: this.#counts,
      template: () => this.#template,
      read: (paths) => this.#state.read(paths),
      call: (name, inputs, outputs) =>
        this.#functions.call(name, this.#template, this.#state, inputs, this.#clock(), outputs),
      say: (kind, fields, line) => this.#say(kind, fields, line),
    });
    this.#feeder = new PhaseFeeder(program.batches, this.#view);
  }

  /** Makes the state, or reads it where an earlier run left it. */
  async start(): Promise<void> {
    this.#template = this.#program.init(Rng.from(this.#seed).stream('init'));
    checkPlayers('train, frozen', this.#template, this.#program.frozen ?? []);
    const fresh = flattenState(this.#template);
    this.#state = new StateKeeper(fresh);
    this.#fingerprint = await fingerprint(fresh, this.#program);
    const resumed = await this.#checkpoints.read(this.#fingerprint, this.#seed);
    if (resumed !== undefined) {
      const { record, state, best } = resumed;
      this.#state = new StateKeeper(flattenState(unflattenState(this.#template, state)));
      this.#best = best === undefined ? undefined : { ...best };
      this.#counts.restore(record);
      this.#savedAt = record.step;
      this.#feeder.restore(record.positions);
      const { step } = record;
      this.#say('train/resumed', { step }, `Going on from step ${step}.`);
    }
    this.#startedAt = this.#counts.step;
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
      if (this.#counts.step - Math.max(0, this.#savedAt) >= checkpointEvery) await this.#save();
    }
    await this.#save();
    const state = await this.#state.read();
    this.#checkpoints.check(this.#counts.step, state);
    const best = unflattenState(this.#template, this.#best ?? state);
    const { step, epochs, evaluations, skips } = this.#counts;
    return {
      state: unflattenState(this.#template, state),
      best,
      step,
      epochs,
      evaluations,
      skipped: skips.skipped,
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
    return this.#program.canary(this.#counts.evaluations) ? 'passed' : 'open';
  }

  async #phase(name: string): Promise<void> {
    const runner = await this.#runner(name);
    const fed = await this.#feeder.take(name, runner.microBatches);
    const result = await runner.run(this.#clock(), fed.batches);
    if (nonFiniteMetric(result.metrics) !== undefined) {
      await this.#skip(name, runner, fed, result);
      return;
    }
    fed.accept();
    this.#counts.kept(name, result, fed.epochs);
    this.#examples += fed.examples;
    this.#progress(name);
  }

  /** The step has not changed the state: the run goes on behind its batch, or stops. */
  async #skip(
    name: string,
    runner: PhaseRunner,
    fed: StepFeed,
    result: PhaseResult,
  ): Promise<void> {
    const { onNonFinite = 'stop' } = this.#options;
    const { skips, runs } = this.#counts;
    const after = skippedOnce(onNonFinite, skips);
    // Looking for the node takes a graph of its own: once a row of bad steps, and before the end.
    const looks = after === undefined || skips.inARow === 0;
    const error = nonFiniteError({
      where: `phase "${name}", run ${(runs[name] ?? 0) + 1}, batch at ${JSON.stringify(fed.from ?? 'the start')}`,
      metric: nonFiniteMetric(result.metrics)!,
      first: looks ? await runner.diagnose(this.#clock(), fed.batches) : undefined,
      inARow: skips.inARow + 1,
      looked: looks,
    });
    if (after === undefined) throw error;
    fed.accept();
    this.#counts.skipped(name, result, fed.epochs, after);
    const { where, given } = error;
    const fields = { level: 'warn', phase: name, step: this.#counts.step, where, given, ...after };
    this.#say('train/skipped', fields, `step not kept: ${where}: ${given}`);
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
        where: `train, evaluate at step ${this.#counts.step}`,
        given: `${bad[0]} = ${bad[1]}`,
        expected: 'finite numbers',
        next: 'Leave a metric out where it is undefined.',
      });
    }
    const best = this.#program.best;
    const value = best === undefined ? undefined : metrics[best.metric];
    if (best !== undefined && value !== undefined) {
      const before = this.#counts.evaluations.flatMap((other) => other.metrics[best.metric] ?? []);
      if (before.every((other) => (best.higherIsBetter ? value > other : value < other))) {
        this.#best = copyState(await this.#state.read());
        await this.#checkpoints.write('best', this.#record(), this.#best);
      }
    }
    this.#counts.evaluated(metrics);
    const { step } = this.#counts;
    const said = Object.entries(metrics).map(([name, found]) => `${name} ${found.toFixed(4)}`);
    this.#say('train/evaluated', { step, metrics }, `step ${step}: ${said.join(', ')}`);
  }

  #clock(): Clock {
    return this.#counts.clock(this.#program.steps);
  }

  #record(): CheckpointRecord {
    return this.#counts.record(this.#fingerprint, this.#feeder.positions());
  }

  async #save(): Promise<void> {
    if (!this.#checkpoints.kept) return;
    await this.#checkpoints.write('last', this.#record(), await this.#state.read());
    const { step } = this.#counts;
    this.#savedAt = step;
    this.#say('train/saved', { step });
  }

  async #interrupt(): Promise<never> {
    await this.#save();
    throw new LimbeckError('interrupted', {
      where: 'train',
      given: `an abort at step ${this.#counts.step} of ${this.#program.steps}`,
      expected: 'a run to its end',
      next: this.#checkpoints.kept
        ? 'Everything is saved: run the same program with the same store to go on.'
        : 'Pass a checkpoint store to be able to go on.',
      cause: this.#options.abortSignal?.reason,
    });
  }

  #progress(phase: string): void {
    const { reportEvery = 50 } = this.#options;
    const { step, metrics } = this.#counts;
    if (step % reportEvery !== 0 && step !== this.#startedAt + 1) return;
    const { fields, line } = progressOf({
      phase,
      step,
      steps: this.#program.steps,
      metrics,
      examples: this.#examples,
      seconds: (performance.now() - this.#started) / 1000,
      stepsDone: step - this.#startedAt,
    });
    this.#say('train/step', fields, line);
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
