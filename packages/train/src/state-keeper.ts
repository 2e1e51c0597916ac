import type { HostTensor } from '@limbeck/core';
import type { FlatState } from './state-tree.js';

/** What can hold the newest values of some paths: a graph that keeps what it computes. */
export interface StateHolder {
  /** Copies of the values it holds now. */
  read(paths: readonly string[]): Promise<FlatState>;
}

/** One value that a path has had. A new one is made whenever the path changes, so two of them are never mistaken. */
export interface StateEntry {
  /** The value on the host, if it has been there. */
  value?: HostTensor;
  /** Who holds it, if it was not put. */
  readonly holder?: StateHolder;
}

/**
 * Knows where the newest value of each path is: here, or with the graph that computed it, from where it is brought only
 * for somebody else. Values that it has given out are never written again.
 */
export class StateKeeper {
  readonly #entries: Map<string, StateEntry>;

  constructor(state: FlatState) {
    this.#entries = new Map(Object.entries(state).map(([path, value]) => [path, { value }]));
  }

  /** Every path of the state. */
  get paths(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** What a path is now. */
  entry(path: string): StateEntry | undefined {
    return this.#entries.get(path);
  }

  /** The newest values. Those that a holder has are asked for once and then kept until they change. */
  async read(paths: readonly string[] = this.paths): Promise<{ [path: string]: HostTensor }> {
    const entries = paths.flatMap((path) => {
      const entry = this.#entries.get(path);
      return entry === undefined ? [] : [{ path, entry }];
    });
    const away = new Map<StateHolder, typeof entries>();
    for (const found of entries) {
      const { value, holder } = found.entry;
      if (value !== undefined || holder === undefined) continue;
      away.set(holder, [...(away.get(holder) ?? []), found]);
    }
    const arrivals = [...away].map(async ([holder, some]) => {
      const values = await holder.read(some.map(({ path }) => path));
      for (const { path, entry } of some) entry.value = values[path]!;
    });
    await Promise.all(arrivals);
    return Object.fromEntries(entries.map(({ path, entry }) => [path, entry.value!]));
  }

  /** These are the newest values. */
  put(values: FlatState): void {
    for (const [path, value] of Object.entries(values)) this.#entries.set(path, { value });
  }

  /** From now on the holder has the newest values of these paths. */
  take(paths: readonly string[], holder: StateHolder): void {
    for (const path of paths) this.#entries.set(path, { holder });
  }
}
