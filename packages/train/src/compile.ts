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
import type { FlatState } from './state-tree.js';

/** The numbers that a context is fed with. */
export interface Clock {
  readonly seed: number;
  readonly draw: number;
  readonly step: number;
  readonly steps: number;
}

/** The feeds of a clock. */
export function clockFeeds({ seed, draw, step, steps }: Clock): { [name: string]: HostTensor } {
  return {
    'context/seed': hostTensor('uint32', [], Uint32Array.of(seed)),
    'context/draw': hostTensor('uint32', [], Uint32Array.of(draw)),
    'context/step': hostTensor('int64', [], BigInt64Array.of(BigInt(step))),
    'context/steps': hostTensor('int64', [], BigInt64Array.of(BigInt(steps))),
  };
}

/** A context whose clock is fed. */
export function clockContext(training: boolean): Context {
  const scalar = (name: string, dtype: 'uint32' | 'int64'): Tensor =>
    input(`context/${name}`, { dtype, shape: [] });
  return createContext({
    training,
    seed: scalar('seed', 'uint32'),
    draw: scalar('draw', 'uint32'),
    step: scalar('step', 'int64'),
    steps: scalar('steps', 'int64'),
  });
}

/** A graph over the state and further inputs, ready to run. */
export interface CompiledGraph {
  run(
    state: FlatState,
    clock: Clock,
    inputs: { readonly [name: string]: HostTensor },
    fetch?: readonly string[],
  ): Promise<{ readonly [name: string]: HostTensor }>;
  dispose(): Promise<void>;
}

/** What a graph is built from. */
export interface GraphSource<S, I> {
  readonly engine: Engine;
  readonly training: boolean;
  /** The state's values, of which shapes are taken. */
  readonly state: FlatState;
  /** The state's tree, of which inputs are made. */
  readonly tree: unknown;
  readonly inputs: Specs<I>;
  readonly build: (state: S, inputs: I, context: Context) => { readonly [name: string]: Tensor };
}

/** Compiles a graph once. Only what it uses of the state is fed. */
export async function compileGraph<S, I>(source: GraphSource<S, I>): Promise<CompiledGraph> {
  const { engine, training, tree, inputs, build } = source;
  const state = inputsFor<S>(specsOf(tree) as unknown as Specs<S>, 'state');
  const outputs = build(state, inputsFor<I>(inputs, 'input'), clockContext(training));
  const graph = toOnnx(outputs);
  const runner: Runner = await engine.load(graph);
  const needed = Object.keys(graph.inputs);
  return {
    run: (values, clock, given, fetch) => {
      const times = clockFeeds(clock);
      const feeds: { [name: string]: HostTensor } = {};
      for (const name of needed) {
        const value = name.startsWith('state/')
          ? values[name.slice('state/'.length)]
          : (times[name] ?? given[name.slice('input/'.length)]);
        if (value !== undefined) feeds[name] = value;
      }
      return runner.run(feeds, fetch);
    },
    dispose: () => runner.dispose(),
  };
}
