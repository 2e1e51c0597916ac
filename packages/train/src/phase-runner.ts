import {
  allocate,
  type HostTensor,
  hostTensor,
  leaves,
  LimbeckError,
  sizeOf,
  type Spec,
  type Specs,
} from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { inputsFor, scalar, showShape, specsOf, type Tensor } from '@limbeck/tensor';
import { type Clock, clockContext, type CompiledGraph, compileGraph } from './compile.js';
import type { AccumulatingPhase, Metrics, Phase, StateTree } from './program.js';
import { changedLeaves, type FlatState } from './state-tree.js';

/** What a phase left behind. */
export interface PhaseResult {
  /** The changed leaves. */
  readonly state: FlatState;
  readonly metrics: Metrics;
  /** How many draws it used. */
  readonly draws: number;
}

/** Runs one phase on the batches of one step. */
export interface PhaseRunner {
  /** How many batches one step takes. */
  readonly microBatches: number;
  run(state: FlatState, clock: Clock, batches: readonly FlatState[]): Promise<PhaseResult>;
  dispose(): Promise<void>;
}

/** What all graphs of a phase share. */
export interface PhaseSource<S extends StateTree> {
  readonly name: string;
  readonly engine: Engine;
  readonly tree: unknown;
  readonly state: FlatState;
  readonly specs: Specs<unknown>;
  readonly phase: Phase<S, never> | AccumulatingPhase<S, never>;
}

/** Compiles a phase. */
export async function compilePhase<S extends StateTree>(
  source: PhaseSource<S>,
): Promise<PhaseRunner> {
  const { phase } = source;
  return typeof phase === 'function'
    ? compilePlain(source, phase)
    : compileAccumulating(source, phase);
}

function prefixed<V>(
  prefix: string,
  values: { readonly [name: string]: V },
): { [name: string]: V } {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}

function under<V>(prefix: string, values: { readonly [name: string]: V }): { [name: string]: V } {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]),
  );
}

function numbers(values: { readonly [name: string]: HostTensor }): Metrics {
  return Object.fromEntries(
    Object.entries(values).map(([name, { data }]) => [name, Number(data[0])]),
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

function graphs<S extends StateTree>({ name, engine, tree, state }: PhaseSource<S>) {
  return {
    outputs: (result: {
      readonly state: Partial<S>;
      readonly metrics: { readonly [name: string]: Tensor };
    }) => ({
      ...prefixed('next', changedLeaves(`phase "${name}"`, result.state, state)),
      ...prefixed('metric', checkMetrics(name, result.metrics)),
    }),
    base: { engine, tree, state, training: true as const },
  };
}

async function compilePlain<S extends StateTree>(
  source: PhaseSource<S>,
  phase: Phase<S, never>,
): Promise<PhaseRunner> {
  const { base, outputs } = graphs(source);
  const graph = await compileGraph<S, never>({
    ...base,
    inputs: source.specs as Specs<never>,
    build: (state, batch, context) => outputs(phase(state, batch, context)),
  });
  return {
    microBatches: 1,
    run: async (state, clock, [batch]) => {
      const out = await graph.run(state, clock, batch!);
      return { state: under('next', out), metrics: numbers(under('metric', out)), draws: 1 };
    },
    dispose: () => graph.dispose(),
  };
}

async function compileAccumulating<S extends StateTree>(
  source: PhaseSource<S>,
  phase: AccumulatingPhase<S, never>,
): Promise<PhaseRunner> {
  const { base, outputs } = graphs(source);
  const inputs = source.specs as Specs<never>;
  const weigh = await compileGraph<S, never>({
    ...base,
    inputs,
    build: (state, batch, context) => phase.weigh(state, batch, context),
  });
  const { totals, sums } = probeTotals(source, phase);
  const gatherInputs = {
    batch: inputs as Specs<unknown>,
    totals: Object.fromEntries(
      totals.map((name) => [name, { dtype: 'float32', shape: [] } as const]),
    ),
    sums,
  };
  const gather = await compileGraph<S, GatherInputs>({
    ...base,
    inputs: gatherInputs as unknown as Specs<GatherInputs>,
    build: (state, given, context) => {
      const part = phase.gather(state, given.batch, given.totals, context);
      const sums = Object.fromEntries(
        Object.entries(part.sums).map(([path, value]) => [path, given.sums[path]!.add(value)]),
      );
      return {
        ...prefixed('next', changedLeaves(`phase "${source.name}"`, part.state, source.state)),
        ...prefixed('sum', sums),
      };
    },
  });
  const finish = await compileGraph<S, { readonly [path: string]: Tensor }>({
    ...base,
    inputs: sums,
    build: (state, sums, context) => outputs(phase.finish(state, sums, context)),
  });
  return accumulatingRunner(source.name, phase.microBatches, { weigh, gather, finish }, sums);
}

/** What the gathering graph takes beside the state. */
interface GatherInputs {
  readonly batch: never;
  readonly totals: { readonly [name: string]: Tensor };
  readonly sums: { readonly [path: string]: Tensor };
}

/** Builds the expressions once, to learn the names of totals and what the sums look like. */
function probeTotals<S extends StateTree>(
  source: PhaseSource<S>,
  phase: AccumulatingPhase<S, never>,
): { readonly totals: string[]; readonly sums: { readonly [path: string]: Spec } } {
  const state = inputsFor<S>(specsOf(source.tree) as unknown as Specs<S>, 'state');
  const batch = inputsFor<never>(source.specs as Specs<never>, 'input');
  const totals = Object.keys(phase.weigh(state, batch, clockContext(true)));
  const ones = Object.fromEntries(totals.map((name) => [name, scalar(1)]));
  const { sums } = phase.gather(state, batch, ones, clockContext(true));
  const specs = Object.entries(sums).map(([path, { dtype, shape }]) => [path, { dtype, shape }]);
  return { totals, sums: Object.fromEntries(specs) as { [path: string]: Spec } };
}

function zeros(specs: { readonly [path: string]: Spec }): { [path: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(specs).map(([path, { dtype, shape }]) => {
      const sizes = shape as number[];
      return [path, { dtype, shape: sizes, data: allocate(dtype, sizeOf(sizes)) }];
    }),
  );
}

function accumulatingRunner(
  name: string,
  microBatches: number,
  graphs: {
    readonly weigh: CompiledGraph;
    readonly gather: CompiledGraph;
    readonly finish: CompiledGraph;
  },
  sumSpecs: { readonly [path: string]: Spec },
): PhaseRunner {
  return {
    microBatches,
    run: async (start, clock, batches) => {
      if (batches.length === 0) {
        throw new LimbeckError('empty-data', {
          where: `phase "${name}"`,
          given: 'no micro-batches',
          expected: `up to ${microBatches}`,
          next: 'Check the batch source.',
        });
      }
      const totals = await totalWeights(graphs.weigh, start, clock, batches);
      const state: { [path: string]: HostTensor } = { ...start };
      const changed: { [path: string]: HostTensor } = {};
      let sums: { [path: string]: HostTensor } = zeros(sumSpecs);
      for (const [i, batch] of batches.entries()) {
        const given = {
          ...prefixed('batch', batch),
          ...prefixed('totals', totals),
          ...prefixed('sums', sums),
        };
        const out = await graphs.gather.run(state, { ...clock, draw: clock.draw + i }, given);
        Object.assign(state, under('next', out));
        Object.assign(changed, under('next', out));
        sums = under('sum', out);
      }
      const out = await graphs.finish.run(
        state,
        { ...clock, draw: clock.draw + batches.length },
        sums,
      );
      return {
        state: { ...changed, ...under('next', out) },
        metrics: numbers(under('metric', out)),
        draws: batches.length + 1,
      };
    },
    dispose: async () => {
      await Promise.all([graphs.weigh.dispose(), graphs.gather.dispose(), graphs.finish.dispose()]);
    },
  };
}

/** Sums of weights over all micro-batches, added up in float64. */
async function totalWeights(
  weigh: CompiledGraph,
  state: FlatState,
  clock: Clock,
  batches: readonly FlatState[],
): Promise<{ [name: string]: HostTensor }> {
  const sums: { [name: string]: number } = {};
  for (const [i, batch] of batches.entries()) {
    const out = await weigh.run(state, { ...clock, draw: clock.draw + i }, batch);
    for (const [name, { data }] of Object.entries(out)) {
      sums[name] = (sums[name] ?? 0) + Number(data[0]);
    }
  }
  return Object.fromEntries(
    Object.entries(sums).map(([name, sum]) => [name, hostTensor('float32', [], [sum])]),
  );
}

/** The batch's leaves by path, checked against the source's specs. */
export function flatBatch(phase: string, batch: unknown, specs: unknown): FlatState {
  const given = Object.fromEntries(leaves<HostTensor>(batch));
  for (const [path] of leaves(specs)) {
    if (given[path] !== undefined) continue;
    throw new LimbeckError('missing-signal', {
      where: `batch of phase "${phase}"`,
      given: `values for ${Object.keys(given).join(', ')}`,
      expected: `"${path}", as the source's specs say`,
      next: 'Let the collator put it into every batch.',
    });
  }
  return given;
}
