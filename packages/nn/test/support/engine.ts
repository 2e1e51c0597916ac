import { type HostTensor, leaves } from '@limbeck/core';
import {
  type CausalDecoder,
  type DecoderParameters,
  type EvaluateGraph,
  type GenerationFunctions,
  generationGraphs,
} from '@limbeck/nn';
import type { HostTree } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { interpret, toOnnx } from '@limbeck/tensor';

let shared: Promise<Engine> | undefined;

/** ONNX Runtime on one thread. */
export function engine(): Promise<Engine> {
  shared ??= nodeEngine({ threads: 1 });
  return shared;
}

/** A decoder's generation on ONNX Runtime, its weights inside the graphs. */
export async function compiled(
  decoder: CausalDecoder,
  parameters: HostTree<DecoderParameters>,
): Promise<Required<GenerationFunctions>> {
  const initialisers = Object.fromEntries(leaves<HostTensor>(parameters, 'parameters'));
  const graphs = generationGraphs(decoder);
  const load = async (name: 'prefill' | 'step'): Promise<EvaluateGraph> => {
    const { inputs, outputs } = graphs[name];
    const runner = await (await engine()).load(toOnnx(outputs, { initialisers, inputs }));
    return (feeds) => runner.run(feeds);
  };
  return { prefill: await load('prefill'), step: await load('step') };
}

/** The same on the interpreter. */
export function interpreted(
  decoder: CausalDecoder,
  parameters: HostTree<DecoderParameters>,
): Required<GenerationFunctions> {
  const weights = Object.fromEntries(leaves<HostTensor>(parameters, 'parameters'));
  const { prefill, step } = generationGraphs(decoder);
  return {
    prefill: async (feeds) => interpret(prefill.outputs, { ...weights, ...feeds }),
    step: async (feeds) => interpret(step.outputs, { ...weights, ...feeds }),
  };
}
