import { type HostTensor, leaves, type Spec } from '@limbeck/core';
import {
  createContext,
  inputsFor,
  type Model,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';
import type { CausalDecoder, NextOutputs } from '../decoder/causal-decoder.js';
import type { DecoderParameters } from '../decoder/decoder-parameters.js';

/**
 * Evaluates one graph: values of its inputs by path (`ids`, `past/0/keys`) to values of its outputs by path (`next`,
 * `present/0/keys`). A runner's `run`, the interpreter and a training run's `view.call` all are such functions, or
 * become one in a line.
 */
export type EvaluateGraph = (feeds: { readonly [path: string]: HostTensor }) => Promise<{
  readonly [path: string]: HostTensor;
}>;

/** What {@link generate} runs over. */
export interface GenerationFunctions {
  /** Evaluates a decoder's `prefill`. */
  readonly prefill: EvaluateGraph;
  /** Evaluates its `step`. Without one every token is worked out from the whole sequence anew. */
  readonly step?: EvaluateGraph;
}

/** A graph with the parameters as inputs under `parameters/…`. */
export interface GenerationGraph {
  /** What must be fed beside the parameters. */
  readonly inputs: { readonly [path: string]: Spec };
  /** The outputs by path. */
  readonly outputs: { readonly [path: string]: Tensor };
}

/**
 * The two graphs of a decoder's generation, to be lowered or interpreted.
 *
 * @returns graphs whose inputs are named by path, the parameters' under `parameters/`
 * @example
 * ```ts
 * import { leaves, Rng, type HostTensor } from '@limbeck/core';
 * import { causalDecoder, generate, generationGraphs } from '@limbeck/nn';
 * import { interpret } from '@limbeck/tensor';
 *
 * const decoder = causalDecoder({ vocabulary: 9, maxTokens: 16, width: 8, layers: 1, heads: 2 });
 * const weights = Object.fromEntries(leaves<HostTensor>(decoder.init(Rng.from(1)).parameters, 'parameters'));
 * const { prefill, step } = generationGraphs(decoder);
 * const functions = {
 *   prefill: async (feeds: object) => interpret(prefill.outputs, { ...weights, ...feeds }),
 *   step: async (feeds: object) => interpret(step.outputs, { ...weights, ...feeds }),
 * };
 * const [made] = await generate(functions, [[1, 2, 3]], { maxNewTokens: 4 });
 * console.log(made?.tokens.length, made?.ended); // 4 length
 * ```
 */
export function generationGraphs(decoder: CausalDecoder): {
  readonly prefill: GenerationGraph;
  readonly step: GenerationGraph;
} {
  const parameters = inputsFor<DecoderParameters>(decoder.parameterSpecs, 'parameters');
  const graph = <In extends TensorTree>(
    part: Model<In, NextOutputs, DecoderParameters>,
  ): GenerationGraph => {
    const inputs = inputsFor<In>(part.inputs, '');
    const context = createContext({ training: false });
    const { outputs } = part.apply({ parameters, state: {}, inputs, context });
    return {
      inputs: Object.fromEntries(leaves<Spec>(part.inputs)),
      outputs: Object.fromEntries(leaves<Tensor>(outputs)),
    };
  };
  return { prefill: graph(decoder.prefill), step: graph(decoder.step) };
}
