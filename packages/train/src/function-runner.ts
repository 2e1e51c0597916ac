import { type HostTensor, leaves, LimbeckError, type Specs } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import type { Tensor } from '@limbeck/tensor';
import { type Clock, type CompiledGraph, compileGraph } from './compile.js';
import type { AnyFunction, StateTree } from './program.js';
import type { StateKeeper } from './state-keeper.js';
import type { FlatState } from './state-tree.js';

/** Compiles and runs a program's functions, each when it is first called. */
export class FunctionRunner<S extends StateTree> {
  readonly #functions: { readonly [name: string]: AnyFunction<S> };
  readonly #engine: Engine;
  readonly #compiled = new Map<string, CompiledGraph>();

  constructor(functions: { readonly [name: string]: AnyFunction<S> }, engine: Engine) {
    this.#functions = functions;
    this.#engine = engine;
  }

  /** Runs a function on what it uses of the state. @throws LimbeckError `unknown-name` */
  async call(
    name: string,
    tree: unknown,
    state: StateKeeper,
    inputs: FlatState,
    clock: Clock,
    outputs?: readonly string[],
  ): Promise<{ readonly [path: string]: HostTensor }> {
    const graph = this.#compiled.get(name) ?? (await this.#compile(name, tree));
    return graph.run(await state.read(graph.statePaths), clock, inputs, outputs);
  }

  async #compile(name: string, tree: unknown): Promise<CompiledGraph> {
    const found = this.#functions[name];
    if (found === undefined) {
      throw new LimbeckError('unknown-name', {
        where: 'view.call',
        given: `"${name}"`,
        expected: `one of ${Object.keys(this.#functions).join(', ') || 'no functions: the program has none'}`,
        next: 'Add it to the functions of the program.',
      });
    }
    const graph = await compileGraph<S, never>({
      engine: this.#engine,
      training: false,
      tree,
      inputs: found.inputs as Specs<never>,
      build: (players, given, context) =>
        Object.fromEntries(leaves<Tensor>(found.apply(players, given, context))),
    });
    this.#compiled.set(name, graph);
    return graph;
  }

  /** Lets go of all graphs. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#compiled.values()].map((graph) => graph.dispose()));
  }
}
