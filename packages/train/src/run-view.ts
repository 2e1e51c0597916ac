import type { HostTensor, HostTree, JsonObject } from '@limbeck/core';
import type { RunView, StateTree } from './program.js';
import type { RunCounts } from './run-counts.js';
import {
  copyState,
  type FlatState,
  flattenState,
  pickPlayers,
  unflattenState,
} from './state-tree.js';

/** What a view reaches into. */
export interface ViewSource<S extends StateTree> {
  readonly counts: RunCounts;
  template(): HostTree<S>;
  read(paths: readonly string[]): Promise<FlatState>;
  call(
    name: string,
    inputs: { readonly [path: string]: HostTensor },
    outputs?: readonly string[],
  ): Promise<{ readonly [path: string]: HostTensor }>;
  say(kind: string, fields: JsonObject, line?: string): void;
}

/** What the program and live sources see: always the run as it is now. */
export function makeView<S extends StateTree>(source: ViewSource<S>): RunView<S> {
  const { counts } = source;
  const now = <T>(get: () => T) => ({ get, enumerable: true });
  const view = {
    read: async (...players: readonly (keyof S & string)[]) => {
      const asked = pickPlayers(source.template(), players);
      const values = await source.read(Object.keys(flattenState(asked)));
      return unflattenState(asked, copyState(values));
    },
    call: (...given: Parameters<ViewSource<S>['call']>) => source.call(...given),
    say: (...given: Parameters<ViewSource<S>['say']>) => source.say(...given),
  };
  return Object.defineProperties(view, {
    step: now(() => counts.step),
    runs: now(() => ({ ...counts.runs })),
    epochs: now(() => ({ ...counts.epochs })),
    metrics: now(() => counts.metrics),
    evaluations: now(() => [...counts.evaluations]),
  }) as unknown as RunView<S>;
}
