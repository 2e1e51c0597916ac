import {
  type HostTensor,
  hostTensor,
  leaves,
  mapTree,
  Rng,
  type Spec,
  type Specs,
} from '@limbeck/core';
import {
  type Context,
  createContext,
  input,
  inputsFor,
  type Loss,
  type LossTerm,
  specsOf,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';
import { type HostSignals, hostSignals } from './host-signals.js';
import type { Signals } from './signals.js';

/** In which surroundings a loss is evaluated. */
export interface LossOptions {
  /** Whether the loss is applied as in training. @defaultValue true */
  readonly training?: boolean;
  /** Seeds the loss's own parameters and what it draws. @defaultValue 0 */
  readonly seed?: number;
  /** Which draw of the random streams. @defaultValue 0 */
  readonly draw?: number;
  /** Optimiser steps done. @defaultValue 0 */
  readonly step?: number;
  /** Optimiser steps in all. @defaultValue 100 */
  readonly steps?: number;
  /** Whether the first axis of the signals has the name `batch`, as in a compiled training step. @defaultValue false */
  readonly namedBatch?: boolean;
}

/** A loss applied to inputs, and what to feed them. */
export interface BuiltLoss {
  /** The loss's name. */
  readonly name: string;
  /** Its terms. */
  readonly terms: readonly LossTerm[];
  /** Every input by path: `student/logits`, `parameters/projector/weight`. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Its next state, by path. */
  readonly state: ReadonlyMap<string, Tensor>;
  /** A value for every input, by path. */
  readonly feeds: { readonly [path: string]: HostTensor };
}

function scalarInput(name: string, dtype: 'int64' | 'uint32', value: number): [Tensor, HostTensor] {
  return [input(name, { dtype, shape: [] }), hostTensor(dtype, [], [value])];
}

function contextOf(options: LossOptions, feeds: { [path: string]: HostTensor }): Context {
  const { training = true, seed = 0, draw = 0, step = 0, steps = 100 } = options;
  const made = (name: string, dtype: 'int64' | 'uint32', value: number): Tensor => {
    const [tensor, fed] = scalarInput(`context/${name}`, dtype, value);
    feeds[`context/${name}`] = fed;
    return tensor;
  };
  return createContext({
    training,
    seed: made('seed', 'uint32', seed),
    draw: made('draw', 'uint32', draw),
    step: made('step', 'int64', step),
    steps: made('steps', 'int64', steps),
  });
}

/** The specs of signals; with a named batch, `batch` in place of the size that every signal's first axis has. */
function specsFor(signals: HostSignals, namedBatch: boolean): unknown {
  const first = new Set(leaves<HostTensor>(signals).flatMap(([, { shape }]) => shape.slice(0, 1)));
  if (!namedBatch || first.size !== 1) return specsOf(signals);
  return mapTree<Spec>(signals, ({ dtype, shape }) => ({
    dtype,
    shape: shape.length === 0 ? [] : ['batch', ...shape.slice(1)],
  }));
}

/** Applies a loss to inputs that have the shapes of these signals. */
export function buildLoss<Needs, P extends TensorTree, S extends TensorTree>(
  loss: Loss<Needs, P, S>,
  signals: Signals<Needs>,
  options: LossOptions = {},
): BuiltLoss {
  const host = hostSignals<Needs>(signals);
  const specs = specsFor(host, options.namedBatch ?? false) as Specs<Needs>;
  const feeds: { [path: string]: HostTensor } = {};
  const inputs = new Map<string, Tensor>();
  const place = <T>(values: unknown, shapes: Specs<T>, prefix: string): T => {
    const tree = inputsFor<T>(shapes, prefix);
    for (const [path, tensor] of leaves<Tensor>(tree, prefix)) inputs.set(path, tensor);
    for (const [path, value] of leaves<HostTensor>(values, prefix)) feeds[path] = value;
    return tree;
  };
  const context = contextOf(options, feeds);
  const own = loss.init?.(Rng.from(options.seed ?? 0), specs);
  const parameters = own?.parameters ?? {};
  const state = own?.state ?? {};
  const applied = loss.apply(place<Needs>(host, specs, ''), {
    parameters: place<P>(parameters, specsOf(parameters) as unknown as Specs<P>, 'parameters'),
    state: place<S>(state, specsOf(state) as unknown as Specs<S>, 'state'),
    context,
  });
  const next = new Map(leaves<Tensor>(applied.state, 'state'));
  return { name: loss.name, terms: applied.terms, inputs, state: next, feeds };
}
