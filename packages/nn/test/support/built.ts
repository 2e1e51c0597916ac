import { hostTensor, type HostTensor, leaves, Rng, type Specs } from '@limbeck/core';
import {
  type Context,
  inputsFor,
  interpret,
  type Model,
  specsOf,
  type Tensor,
  type TensorTree,
  toOnnx,
} from '@limbeck/tensor';
import { engine } from './engine.js';
import { contextOf } from './run-model.js';

/** A model with state, applied: its outputs and next state by path, and what to feed. */
export function built<In extends TensorTree, Out, P extends TensorTree, S extends TensorTree>(
  model: Model<In, Out, P, S>,
  values: object,
  options: { readonly training?: boolean; readonly context?: Context; readonly seed?: number } = {},
) {
  const { training = false, context = contextOf(training), seed = 1 } = options;
  const fresh = model.init(Rng.from(seed));
  const parameters = inputsFor<P>(specsOf(fresh.parameters) as unknown as Specs<P>, 'p');
  const { outputs, state } = model.apply({
    parameters,
    state: inputsFor<S>(specsOf(fresh.state) as unknown as Specs<S>, 's'),
    inputs: inputsFor<In>(model.inputs, 'x'),
    context,
  });
  const feeds: { [name: string]: HostTensor } = {
    ...Object.fromEntries(leaves<HostTensor>(fresh.parameters, 'p')),
    ...Object.fromEntries(leaves<HostTensor>(fresh.state, 's')),
    ...Object.fromEntries(leaves<HostTensor>(values, 'x')),
    seed: hostTensor('uint32', [], [7]),
    draw: hostTensor('uint32', [], [0]),
  };
  return {
    outputs,
    next: Object.fromEntries(leaves<Tensor>(state)),
    feeds,
    weights: leaves<Tensor>(parameters, 'p'),
  };
}

/** Tensors on ONNX Runtime in float32. */
export async function onRuntime(
  outputs: { readonly [name: string]: Tensor },
  feeds: { readonly [name: string]: HostTensor },
): Promise<{ readonly [name: string]: HostTensor }> {
  const graph = toOnnx(outputs);
  const runner = await (await engine()).load(graph);
  const needed = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, feeds[name]!]));
  const results = await runner.run(needed);
  await runner.dispose();
  return results;
}

/** A scalar's slope by one element of what is fed, by central differences in float64. */
export function slope(
  scalar: Tensor,
  feeds: { readonly [name: string]: HostTensor },
  name: string,
  element: number,
  step = 1e-4,
): number {
  const value = feeds[name]!;
  const at = (by: number): number => {
    const data = Float64Array.from(value.data as Float32Array);
    data[element]! += by;
    const moved = { ...feeds, [name]: { ...value, dtype: 'float64' as const, data } };
    return Number(interpret({ scalar }, moved).scalar.data[0]);
  };
  return (at(step) - at(-step)) / (2 * step);
}
