import type { Json } from '@limbeck/core';
import type { CheckpointRecord } from './checkpoint.js';
import type { Clock } from './compile.js';
import { noSkips, type Skips } from './non-finite.js';
import type { PhaseResult } from './phase-parts.js';
import type { Metrics, RunView } from './program.js';
import type { Fingerprint } from './run-checkpoints.js';

type Phases = { [phase: string]: number };

/** What a run counts, and so knows where it stands. */
export class RunCounts {
  readonly #seed: number;
  step = 0;
  draw = 0;
  runs: Phases = {};
  epochs: Phases = {};
  metrics: Metrics = {};
  evaluations: RunView['evaluations'] = [];
  skips: Skips = noSkips;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Goes on where a record was made. */
  restore(record: CheckpointRecord): void {
    this.step = record.step;
    this.draw = record.draw;
    this.runs = { ...record.runs };
    this.epochs = { ...record.epochs };
    this.metrics = record.metrics;
    this.evaluations = [...record.evaluations];
    this.skips = record.skips ?? noSkips;
  }

  /** What a checkpoint says. */
  record(
    fingerprint: Fingerprint,
    positions: { readonly [phase: string]: Json },
  ): CheckpointRecord {
    const { step, draw, runs, epochs, metrics, evaluations, skips } = this;
    const counted = { step, draw, runs, epochs, positions, metrics, evaluations };
    return {
      formatVersion: 1,
      ...fingerprint,
      seed: this.#seed,
      ...counted,
      ...(skips.skipped === 0 ? {} : { skips }),
    };
  }

  /** What the next graph is fed with. */
  clock(steps: number): Clock {
    const { step, draw, skips } = this;
    return { seed: this.#seed, draw, step, steps, rateScale: skips.rateScale };
  }

  /** A step of a phase was kept. */
  kept(phase: string, { metrics, draws }: PhaseResult, epochs: number): void {
    this.step += 1;
    this.draw += draws;
    this.runs[phase] = (this.runs[phase] ?? 0) + 1;
    this.#ended(phase, epochs);
    this.metrics = metrics;
    this.skips = { ...this.skips, inARow: 0 };
  }

  /** A step was not kept; its batch and its draws are used up all the same. */
  skipped(phase: string, { draws }: PhaseResult, epochs: number, skips: Skips): void {
    this.draw += draws;
    this.#ended(phase, epochs);
    this.skips = skips;
  }

  #ended(phase: string, epochs: number): void {
    this.epochs[phase] = (this.epochs[phase] ?? 0) + epochs;
  }

  /** Counts an evaluation. */
  evaluated(metrics: Metrics): void {
    this.evaluations = [...this.evaluations, { step: this.step, metrics }];
  }
}
