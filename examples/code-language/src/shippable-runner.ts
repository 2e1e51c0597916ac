import type { HostTensor, Spec } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { input, type OnnxGraph, type Tensor, toOnnx } from '@limbeck/tensor';
import type { Shippable } from '@limbeck/train';

/** A trained model that computes one of its outputs. */
export interface ShippableRunner {
  run(inputs: { readonly [path: string]: HostTensor }): Promise<HostTensor>;
  dispose(): Promise<void>;
}

/** The forward pass of a trained model as an ONNX graph with one output, its weights inside. */
export function forwardGraph(model: Shippable, output: string): OnnxGraph {
  const named = (specs: { readonly [name: string]: Spec }): { [name: string]: Tensor } =>
    Object.fromEntries(
      Object.entries(specs).map(([name, { dtype, shape }]) => [
        name,
        input(name, { dtype, shape }),
      ]),
    );
  const outputs = model.build(named(model.values), named(model.inputs));
  return toOnnx({ [output]: outputs[output]! }, { initialisers: model.values });
}

/** Loads {@link forwardGraph}. */
export async function shippableRunner(
  engine: Engine,
  model: Shippable,
  output: string,
): Promise<ShippableRunner> {
  const runner = await engine.load(forwardGraph(model, output));
  return {
    run: async (inputs) => (await runner.run(inputs))[output]!,
    dispose: () => runner.dispose(),
  };
}
