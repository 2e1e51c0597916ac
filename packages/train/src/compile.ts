import { type HostTensor, hostTensor, type Specs } from '@limbeck/core';
import type { Engine, Runner } from '@limbeck/runtime';
import {
  type Context,
  createContext,
  input,
  inputsFor,
  specsOf,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { type SplitStep, splitStep } from './split-step.js';
import type { FlatState } from './state-tree.js';

/** The numbers that a context is fed with. */
export interface Clock {
  readonly seed: number;
  readonly draw: number;
  readonly step: number;
  readonly steps: number;
  /** What rates are multiplied by. @defaultValue 1 */
  readonly rateScale?: number;
}

/** The feeds of a clock. */
export function clockFeeds({ seed, draw, step, steps, rateScale = 1 }: Clock): {
  [name: string]: HostTensor;
} {
  return {
    'context/seed': hostTensor('uint32', [], Uint32Array.of(seed)),
    'context/draw': hostTensor('uint32', [], Uint32Array.of(draw)),
    'context/step': hostTensor('int64', [], BigInt64Array.of(BigInt(step))),
    'context/steps': hostTensor('int64', [], BigInt64Array.of(BigInt(steps))),
    'context/rateScale': hostTensor('float32', [], Float32Array.of(rateScale)),
  };
}

/** A context whose clock is fed. */
export function clockContext(training: boolean): Context {
  const scalar = (name: string, dtype: 'uint32' | 'int64' | 'float32'): Tensor =>
    input(`context/${name}`, { dtype, shape: [] });
  return createContext({
    training,
    seed: scalar('seed', 'uint32'),
    draw: scalar('draw', 'uint32'),
    step: scalar('step', 'int64'),
    steps: scalar('steps', 'int64'),
    rateScale: scalar('rateScale', 'float32'),
  });
}

/** A graph over the state and further inputs, in the engine. */
export interface LoadedGraph {
  readonly runner: Runner;
  /** The metrics that must be finite for a step to count. */
  readonly guard: readonly string[];
  /** What it uses of the state. */
  readonly statePaths: readonly string[];
  /** The feeds that are not the state's: only what the graph uses. */
  readonly feeds: (clock: Clock, inputs: FlatState) => { [name: string]: HostTensor };
}

/** What a graph is built from. */
export interface GraphSource<S, I> {
  readonly engine: Engine;
  readonly training: boolean;
  /** The state's tree, of which inputs are made. */
  readonly tree: unknown;
  readonly inputs: Specs<I>;
  readonly build: (state: S, inputs: I, context: Context) => { readonly [name: string]: Tensor };
}

/** Compiles a graph once, to be stepped: its updates run outside of it where the engine has kernels for them. */
export async function loadGraph<S, I>(source: GraphSource<S, I>): Promise<LoadedGraph> {
  const { engine, tree } = source;
  return load(source, (outputs) => splitStep(outputs, tree, engine.kernels ?? []));
}

async function load<S, I>(
  source: GraphSource<S, I>,
  split: (outputs: { readonly [name: string]: Tensor }) => SplitStep,
): Promise<LoadedGraph> {
  const { engine, training, tree, inputs, build } = source;
  const state = inputsFor<S>(specsOf(tree) as unknown as Specs<S>, 'state');
  const { outputs, tail, guard } = split(
    build(state, inputsFor<I>(inputs, 'input'), clockContext(training)),
  );
  const graph = toOnnx(outputs);
  const runner = await engine.load(tail === undefined ? graph : { ...graph, tail });
  const needed = Object.keys(runner.inputs);
  const isState = (name: string): boolean => name.startsWith('state/');
  const others = needed.filter((name) => !isState(name));
  return {
    runner,
    guard,
    statePaths: needed.filter(isState).map((name) => name.slice('state/'.length)),
    feeds: (clock, given) => {
      const times = clockFeeds(clock);
      const feeds: { [name: string]: HostTensor } = {};
      for (const name of others) {
        const value = times[name] ?? given[name.slice('input/'.length)];
        if (value !== undefined) feeds[name] = value;
      }
      return feeds;
    },
  };
}

/** A graph that is fed what it uses of the state on each run. */
export interface CompiledGraph {
  /** What it uses of the state. */
  readonly statePaths: readonly string[];
  run(
    state: FlatState,
    clock: Clock,
    inputs: FlatState,
    fetch?: readonly string[],
  ): Promise<{ readonly [name: string]: HostTensor }>;
  dispose(): Promise<void>;
}

/** Compiles a graph once, to be run on any state. */
export async function compileGraph<S, I>(source: GraphSource<S, I>): Promise<CompiledGraph> {
  const { runner, statePaths, feeds } = await load(source, (outputs) => ({ outputs, guard: [] }));
  return {
    statePaths,
    run: (state, clock, given, fetch) => {
      const all = feeds(clock, given);
      for (const path of statePaths) {
        const value = state[path];
        if (value !== undefined) all[`state/${path}`] = value;
      }
      return runner.run(all, fetch);
    },
    dispose: () => runner.dispose(),
  };
}
