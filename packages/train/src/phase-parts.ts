import { type HostTensor, LimbeckError, type Specs } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { showShape, type Tensor } from '@limbeck/tensor';
import type { Clock } from './compile.js';
import type { NonFinite } from './find-non-finite.js';
import type { AccumulatingPhase, Metrics, Phase, StateTree } from './program.js';
import type { StateKeeper } from './state-keeper.js';
import { changedLeaves, type FlatState } from './state-tree.js';

/** What a phase left behind, beside the state. */
export interface PhaseResult {
  readonly metrics: Metrics;
  /** How many draws it used. */
  readonly draws: number;
}

/** Runs one phase on the batches of one step. The keeper of the state is told what it changes. */
export interface PhaseRunner {
  /** How many batches one step takes. */
  readonly microBatches: number;
  /** A step whose metrics are not all finite leaves the state as it was. */
  run(clock: Clock, batches: readonly FlatState[]): Promise<PhaseResult>;
  /** Runs a step again to find where its numbers stop being finite; undefined where they do not. */
  diagnose(clock: Clock, batches: readonly FlatState[]): Promise<NonFinite | undefined>;
  dispose(): Promise<void>;
}

/** What all graphs of a phase share. */
export interface PhaseSource<S extends StateTree> {
  readonly name: string;
  readonly engine: Engine;
  /** The state's tree, and the same laid flat: its shapes count. */
  readonly tree: unknown;
  readonly shapes: FlatState;
  readonly keeper: StateKeeper;
  /** Players that no phase changes. */
  readonly frozen: readonly string[];
  readonly specs: Specs<unknown>;
  readonly phase: Phase<S, never> | AccumulatingPhase<S, never>;
}

/** Values under a prefix. */
export function prefixed<V>(
  prefix: string,
  values: { readonly [name: string]: V },
): { [name: string]: V } {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}

/** The values that stand under a prefix, without it. */
export function under<V>(
  prefix: string,
  values: { readonly [name: string]: V },
): { [name: string]: V } {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]),
  );
}

/** The metrics of a run. */
export function metricsOf(outputs: { readonly [name: string]: HostTensor }): Metrics {
  return Object.fromEntries(
    Object.entries(under('metric', outputs)).map(([name, { data }]) => [name, Number(data[0])]),
  );
}

/** @throws LimbeckError `shape-mismatch` for a metric that is no scalar */
function checkMetrics(
  phase: string,
  metrics: { readonly [name: string]: Tensor },
): { readonly [name: string]: Tensor } {
  for (const [name, { shape }] of Object.entries(metrics)) {
    if (shape.length === 0) continue;
    throw new LimbeckError('shape-mismatch', {
      where: `phase "${phase}", metric "${name}"`,
      given: showShape(shape),
      expected: 'a scalar, []',
      next: 'Reduce it with sum() or mean().',
    });
  }
  return metrics;
}

/** The outputs of a graph that changes the state. */
export function phaseOutputs<S extends StateTree>(
  source: PhaseSource<S>,
  result: {
    readonly state: Partial<S>;
    readonly metrics: { readonly [name: string]: Tensor };
  },
): { readonly [name: string]: Tensor } {
  return {
    ...prefixed('next', changedLeaves(`phase "${source.name}"`, result.state, source)),
    ...prefixed('metric', checkMetrics(source.name, result.metrics)),
  };
}
