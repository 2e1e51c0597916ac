import { hostTensor, type HostTensor, leaves, type Specs } from '@limbeck/core';
import { type ByPath } from '@limbeck/optim';
import {
  input,
  inputsFor,
  interpret,
  type Optimizer,
  specsOf,
  type TensorTree,
} from '@limbeck/tensor';

/** Numbers by path. */
export interface Numbers {
  readonly [path: string]: readonly number[];
}

const scalar = { dtype: 'int64', shape: [] } as const;
const shapes: { readonly [path: string]: readonly number[] } = {
  'layer/weight': [2, 2],
  'layer/bias': [2],
};

/** A host tensor in float64, of a parameter's shape. */
function host(path: string, values: readonly number[]): HostTensor<'float64'> {
  return hostTensor('float64', shapes[path] ?? [values.length], Float64Array.from(values));
}

/** The optimiser's update, run in float64 step by step from zeroed state. */
export class Trainer<S extends TensorTree> {
  #parameters: { [path: string]: HostTensor };
  #state: { [path: string]: HostTensor };
  readonly #outputs;
  metrics: { [name: string]: number } = {};

  constructor(
    optimizer: Optimizer<S>,
    start: Numbers,
    readonly steps = 20,
  ) {
    this.#parameters = Object.fromEntries(
      Object.entries(start).map(([path, values]) => [path, host(path, values)]),
    );
    const specs = Object.fromEntries(
      Object.entries(this.#parameters).map(([path, { shape }]) => [
        path,
        { dtype: 'float32', shape } as const,
      ]),
    );
    const state = optimizer.init(specs);
    this.#state = Object.fromEntries(leaves<HostTensor>(state, 'state'));
    const named = (prefix: string): ByPath =>
      Object.fromEntries(
        Object.entries(specs).map(([path, spec]) => [path, input(`${prefix}/${path}`, spec)]),
      );
    const next = optimizer.update({
      parameters: named('parameters'),
      gradients: named('gradients'),
      state: inputsFor<S>(specsOf(state) as unknown as Specs<S>, 'state'),
      step: input('step', scalar),
      steps: input('steps', scalar),
    });
    this.#outputs = {
      ...prefixed('parameters', next.parameters),
      ...Object.fromEntries(leaves<never>(next.state, 'state')),
      ...prefixed('metrics', next.metrics),
    } as ByPath;
  }

  step(gradients: Numbers, step: number): void {
    const results = interpret(this.#outputs, {
      ...prefixed('parameters', this.#parameters),
      ...this.#state,
      ...Object.fromEntries(
        Object.entries(gradients).map(([path, values]) => [
          `gradients/${path}`,
          host(path, values),
        ]),
      ),
      step: hostTensor('int64', [], [step]),
      steps: hostTensor('int64', [], [this.steps]),
    });
    const under = (prefix: string): [string, HostTensor][] =>
      Object.entries(results)
        .filter(([name]) => name.startsWith(`${prefix}/`))
        .map(([name, value]) => [name.slice(prefix.length + 1), value]);
    this.#parameters = Object.fromEntries(under('parameters'));
    this.#state = Object.fromEntries(
      under('state').map(([name, value]) => [`state/${name}`, value]),
    );
    this.metrics = Object.fromEntries(
      under('metrics').map(([name, { data }]) => [name, Number(data[0])]),
    );
  }

  get parameters(): { [path: string]: number[] } {
    return Object.fromEntries(
      Object.entries(this.#parameters).map(([path, { data }]) => [
        path,
        Array.from(data as Float64Array),
      ]),
    );
  }
}

function prefixed<T>(
  prefix: string,
  tree: { readonly [name: string]: T },
): { readonly [name: string]: T } {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}
