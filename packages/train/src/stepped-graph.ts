import type { HostTensor } from '@limbeck/core';
import type { Stepper } from '@limbeck/runtime';
import type { Clock, LoadedGraph } from './compile.js';
import type { StateEntry, StateHolder, StateKeeper } from './state-keeper.js';
import type { FlatState } from './state-tree.js';

const next = 'next/';

const isFinite = ({ data }: HostTensor): boolean => Number.isFinite(Number(data[0]));

/**
 * A graph whose outputs `next/…` are the state's next values. They stay where the engine is from one run to the next;
 * the keeper knows, and reads them out when somebody else needs them.
 */
export class SteppedGraph implements StateHolder {
  readonly #graph: LoadedGraph;
  readonly #keeper: StateKeeper;
  /** What is read and rewritten, what is read and may be changed by others, what never changes. */
  readonly #carried: readonly string[];
  readonly #moving: readonly string[];
  readonly #still: readonly string[];
  readonly #known = new Map<string, StateEntry | undefined>();
  #stepper: Stepper | undefined;

  /** @param frozen - players that no phase changes: fed as they are, without a copy */
  constructor(graph: LoadedGraph, keeper: StateKeeper, frozen: readonly string[]) {
    this.#graph = graph;
    this.#keeper = keeper;
    const { outputs } = graph.runner;
    const written = (path: string): boolean => Object.hasOwn(outputs, next + path);
    const isStill = (path: string): boolean =>
      !written(path) && frozen.some((player) => path === player || path.startsWith(`${player}/`));
    this.#still = graph.statePaths.filter(isStill);
    this.#moving = graph.statePaths.filter((path) => !isStill(path));
    this.#carried = this.#moving.filter(written);
  }

  /**
   * Runs the graph once. Where a metric is not finite, nothing of the state changes.
   *
   * @returns the outputs that are no state
   */
  async run(clock: Clock, inputs: FlatState): Promise<{ readonly [name: string]: HostTensor }> {
    const stepper = await this.#prepared();
    // Before the step: whoever reads while it runs is answered with what it leaves.
    this.#keeper.take(this.#carried, this);
    this.#know(this.#carried);
    const out = await stepper.step(this.#graph.feeds(clock, inputs));
    const others: { [name: string]: HostTensor } = {};
    const unread: { [path: string]: HostTensor } = {};
    for (const [name, value] of Object.entries(out)) {
      if (name.startsWith(next)) unread[name.slice(next.length)] = value;
      else others[name] = value;
    }
    if (this.#graph.guard.every((name) => isFinite(others[name]!))) this.#keeper.put(unread);
    return others;
  }

  /** The stepper, brought up to what others have changed. */
  async #prepared(): Promise<Stepper> {
    if (this.#stepper === undefined) {
      const { runner } = this.#graph;
      this.#stepper = await runner.stepper({
        carry: Object.fromEntries(this.#carried.map((path) => [next + path, `state/${path}`])),
        state: inputsOf(await this.#keeper.read(this.#moving)),
        constants: inputsOf(await this.#keeper.read(this.#still)),
        guard: this.#graph.guard,
      });
      this.#know(this.#moving);
      return this.#stepper;
    }
    const stale = this.#moving.filter((path) => this.#keeper.entry(path) !== this.#known.get(path));
    if (stale.length > 0) {
      await this.#stepper.write(inputsOf(await this.#keeper.read(stale)));
      this.#know(stale);
    }
    return this.#stepper;
  }

  #know(paths: readonly string[]): void {
    for (const path of paths) this.#known.set(path, this.#keeper.entry(path));
  }

  /** Copies of what its last run left. */
  async read(paths: readonly string[]): Promise<FlatState> {
    const values = await this.#stepper!.read(paths.map((path) => `state/${path}`));
    return Object.fromEntries(paths.map((path) => [path, values[`state/${path}`]!]));
  }

  /** Lets go of graph and state: nobody can read it any more. */
  async dispose(): Promise<void> {
    await this.#graph.runner.dispose();
  }
}

function inputsOf(state: FlatState): { [input: string]: HostTensor } {
  return Object.fromEntries(Object.entries(state).map(([path, value]) => [`state/${path}`, value]));
}
