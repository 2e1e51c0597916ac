import {
  allocate,
  type HostTensor,
  hostTensor,
  LimbeckError,
  sizeOf,
  type Spec,
  type Specs,
} from '@limbeck/core';
import { inputsFor, scalar, specsOf, type Tensor } from '@limbeck/tensor';
import {
  type Clock,
  clockContext,
  type CompiledGraph,
  compileGraph,
  type GraphSource,
  loadGraph,
} from './compile.js';
import { findNonFinite } from './find-non-finite.js';
import { nonFiniteMetric } from './non-finite.js';
import {
  metricsOf,
  phaseOutputs,
  type PhaseRunner,
  type PhaseSource,
  prefixed,
  under,
} from './phase-parts.js';
import type { AccumulatingPhase, StateTree } from './program.js';
import type { StateKeeper } from './state-keeper.js';
import { changedLeaves, type FlatState } from './state-tree.js';
import { SteppedGraph } from './stepped-graph.js';

/** Compiles a phase over micro-batches: its sums and what passes between them come out, its last graph keeps its state. */
export async function compileAccumulating<S extends StateTree>(
  source: PhaseSource<S>,
  phase: AccumulatingPhase<S, never>,
): Promise<PhaseRunner> {
  const { engine, tree, keeper, frozen } = source;
  const base = { engine, tree, training: true as const };
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
  const gathering: GraphSource<S, GatherInputs> = {
    ...base,
    inputs: gatherInputs as unknown as Specs<GatherInputs>,
    build: (state, given, context) => {
      const part = phase.gather(state, given.batch, given.totals, context);
      const sums = Object.fromEntries(
        Object.entries(part.sums).map(([path, value]) => [path, given.sums[path]!.add(value)]),
      );
      return {
        ...prefixed('next', changedLeaves(`phase "${source.name}"`, part.state, source)),
        ...prefixed('sum', sums),
      };
    },
  };
  const gather = await compileGraph(gathering);
  const finish = await loadGraph<S, { readonly [path: string]: Tensor }>({
    ...base,
    inputs: sums,
    build: (state, sums, context) => phaseOutputs(source, phase.finish(state, sums, context)),
  });
  const graphs = { weigh, gather, finish: new SteppedGraph(finish, keeper, frozen) };
  const runner = accumulatingRunner(source, phase.microBatches, graphs, sums);
  return { ...runner, diagnose: diagnoser(keeper, gathering, totals, sums) };
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

function accumulatingRunner<S extends StateTree>(
  { name, keeper }: PhaseSource<S>,
  microBatches: number,
  graphs: {
    readonly weigh: CompiledGraph;
    readonly gather: CompiledGraph;
    readonly finish: SteppedGraph;
  },
  sumSpecs: { readonly [path: string]: Spec },
): Omit<PhaseRunner, 'diagnose'> {
  const used = [...new Set([...graphs.weigh.statePaths, ...graphs.gather.statePaths])];
  return {
    microBatches,
    run: async (clock, batches) => {
      if (batches.length === 0) {
        throw new LimbeckError('empty-data', {
          where: `phase "${name}"`,
          given: 'no micro-batches',
          expected: `up to ${microBatches}`,
          next: 'Check the batch source.',
        });
      }
      const start = await keeper.read(used);
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
      const before = await keeper.read(Object.keys(changed));
      keeper.put(changed);
      const out = await graphs.finish.run({ ...clock, draw: clock.draw + batches.length }, sums);
      const metrics = metricsOf(out);
      // The last graph has left its own state alone; what passed from batch to batch goes back as well.
      if (nonFiniteMetric(metrics) !== undefined) keeper.put(before);
      return { metrics, draws: batches.length + 1 };
    },
    dispose: async () => {
      await Promise.all([graphs.weigh.dispose(), graphs.gather.dispose(), graphs.finish.dispose()]);
    },
  };
}

/** Goes through the micro-batches one by one, each on the state that the step began with. */
function diagnoser<S extends StateTree>(
  keeper: StateKeeper,
  gathering: GraphSource<S, GatherInputs>,
  totals: readonly string[],
  sums: { readonly [path: string]: Spec },
): PhaseRunner['diagnose'] {
  return async (clock, batches) => {
    const state = await keeper.read();
    // What parts are divided by does not matter to whether they are finite.
    const ones = totals.map((name) => [name, hostTensor('float32', [], [1])] as const);
    for (const [i, batch] of batches.entries()) {
      const inputs = {
        ...prefixed('batch', batch),
        ...prefixed('totals', Object.fromEntries(ones)),
        ...prefixed('sums', zeros(sums)),
      };
      const draw = clock.draw + i;
      const found = await findNonFinite(gathering, { state, clock: { ...clock, draw }, inputs });
      if (found !== undefined) return { ...found, where: `micro-batch ${i + 1}, ${found.where}` };
    }
    return undefined;
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
