import type { Spec, Specs } from '@limbeck/core';
import {
  addDims,
  type Context,
  dimension,
  iota,
  type Model,
  specsOf,
  subtractDims,
  type Tensor,
} from '@limbeck/tensor';
import { additiveMask } from '../attention.js';
import { dropout } from '../dropout.js';
import { embedding } from '../embedding.js';
import { norm } from '../norm.js';
import type { TextInputs } from '../ngram-indices.js';
import { project } from '../project.js';
import { start } from '../weights/fresh.js';
import { decoderBlock } from './decoder-block.js';
import {
  decoderConfig,
  type DecoderOptions,
  type DecoderSizes,
  decoderSizes,
} from './decoder-options.js';
import { decoderParameters, type DecoderParameters } from './decoder-parameters.js';
import type { KeyValues } from './grouped-attention.js';
import { rotaryAngles } from './rotary.js';

/** What {@link causalDecoder} computes. */
export interface DecoderOutputs {
  /** `[batch, tokens, vocabulary]`: of the token after each. */
  readonly logits: Tensor;
  /** After the embeddings and after every block, `[batch, tokens, width]` each. */
  readonly hiddenStates: readonly Tensor[];
  /** What the head reads: the last state, normed; `[batch, tokens, width]`. */
  readonly hidden: Tensor;
  /** Of every block, `[batch, heads, tokens, past + tokens]` each. */
  readonly attentions: readonly Tensor[];
  /** What every block would remember of these tokens, `[tokens, batch, keyValueHeads, headWidth]` each. */
  readonly present: readonly KeyValues[];
}

/** What the start of a generation takes. */
export type PrefillInputs = TextInputs & {
  /** Int64 `[batch, tokens]`: where each token stands, from 0; of padding, anything below `maxTokens`. */
  readonly positions: Tensor;
};

/** What every later step of a generation takes; `mask` is `[batch, past + tokens]`. */
export type StepInputs = PrefillInputs & {
  /** What every block remembers, `[past, batch, keyValueHeads, headWidth]` each; `past` is at least 1. */
  readonly past: readonly KeyValues[];
};

/** What both give. */
export type NextOutputs = {
  /** Logits of the token after the last, `[batch, vocabulary]`. */
  readonly next: Tensor;
  /** What every block should remember of these tokens alone. */
  readonly present: readonly KeyValues[];
};

/** A {@link causalDecoder} and the two graphs that generate with it. */
export interface CausalDecoder extends Model<TextInputs, DecoderOutputs, DecoderParameters> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<DecoderParameters>;
  /** The options, defaults filled in. */
  readonly sizes: DecoderSizes;
  /** The first call of a generation: the whole prompt, padded on the left. */
  readonly prefill: Model<PrefillInputs, NextOutputs, DecoderParameters>;
  /** Every later call: new tokens and what was remembered. */
  readonly step: Model<StepInputs, NextOutputs, DecoderParameters>;
}

/**
 * A causal transformer decoder, norms before halves: the Llama and GPT-2 families.
 *
 * Taps: `embeddings`, `decoder/0/attention/scores`, `decoder/0/inner`, `decoder/0/output`, …, `hidden`, `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @example
 * ```ts
 * import { causalDecoder, countParameters } from '@limbeck/nn';
 *
 * const sizes = { vocabulary: 50_257, maxTokens: 1024, width: 768, layers: 12, heads: 12 };
 * const gpt2 = causalDecoder({ ...sizes, norm: 'layer', positions: 'learned', activation: 'geluTanh' });
 * console.log(countParameters(gpt2.parameterSpecs)); // 124439808
 * ```
 * @see Radford et al. 2019; Touvron et al., "LLaMA", 2023. {@link https://arxiv.org/abs/2302.13971}
 */
export function causalDecoder(options: DecoderOptions): CausalDecoder {
  const sizes = decoderSizes(options);
  const tree = decoderParameters(sizes);
  const parameterSpecs = specsOf<Specs<DecoderParameters>>(tree);
  const text = (tokens: string): Spec => ({ dtype: 'int64', shape: ['batch', tokens] });
  const memory: Spec = {
    dtype: 'float32',
    shape: ['past', 'batch', sizes.keyValueHeads, sizes.headWidth],
  };
  const config = decoderConfig(sizes);
  const init: CausalDecoder['init'] = (rng) => ({
    parameters: start<DecoderParameters>(tree, rng),
    state: {},
  });
  const part = <In extends PrefillInputs>(
    inputs: Specs<In>,
  ): Model<In, NextOutputs, DecoderParameters> => ({
    config,
    inputs,
    init,
    apply: ({ parameters, inputs: given, state, context }) => {
      const { hidden, present } = decode(sizes, parameters, given, context);
      // Padding stands on the left, so the last token of every row is one.
      const last = hidden.slice(1, subtractDims(hidden.shape[1]!, 1));
      const logits = toLogits(parameters, last);
      return { outputs: { next: logits.reshape([-1, sizes.vocabulary]), present }, state };
    },
  });
  const prompt = { ids: text('tokens'), mask: text('tokens'), positions: text('tokens') };
  return {
    config,
    sizes,
    parameterSpecs,
    init,
    inputs: { ids: text('tokens'), mask: text('tokens') },
    apply: ({ parameters, inputs, state, context }) => {
      const decoded = decode(sizes, parameters, inputs, context);
      const logits = context.block('head', () => toLogits(parameters, decoded.hidden));
      return { outputs: { ...decoded, logits: context.tap('logits', logits) }, state };
    },
    prefill: part<PrefillInputs>(prompt),
    step: part<StepInputs>({
      ...prompt,
      mask: text('past+tokens'),
      past: Array.from({ length: sizes.layers }, () => ({ keys: memory, values: memory })),
    }),
  };
}

type Given = TextInputs & { readonly positions?: Tensor; readonly past?: readonly KeyValues[] };

/** Everything up to the head. */
function decode(
  sizes: DecoderSizes,
  parameters: DecoderParameters,
  inputs: Given,
  context: Context,
): Omit<DecoderOutputs, 'logits'> {
  const { ids, past } = inputs;
  const [batch, tokens] = ids.shape as [string, string];
  const positions = inputs.positions ?? iota(tokens).reshape([1, tokens]);
  const embedded = context.block('embeddings', (inner) => {
    const words = embedding(parameters.tokens, ids);
    const table = parameters.positions;
    const x = table === undefined ? words : words.add(embedding(table, positions));
    return dropout(inner, x, { rate: sizes.dropout });
  });
  let x = context.tap('embeddings', embedded);
  const before = past?.[0]?.keys.shape[0] ?? 0;
  const mask = additiveMask(inputs.mask).add(causalMask(before, tokens));
  const rotary =
    sizes.positions === 'learned'
      ? {}
      : {
          rotary: {
            angles: rotaryAngles(positions, { ...sizes, base: sizes.rotaryBase }),
            pairs: sizes.rotaryPairs,
          },
        };

  const hiddenStates = [x];
  const attentions: Tensor[] = [];
  const present: KeyValues[] = [];
  for (const [i, block] of parameters.decoder.entries()) {
    const done = context.block(`decoder/${i}`, (inner) =>
      decoderBlock(block, x, inner, {
        ...sizes,
        mask,
        ...rotary,
        ...(past === undefined ? {} : { past: past[i]! }),
      }),
    );
    x = done.output;
    hiddenStates.push(x);
    attentions.push(done.attention);
    present.push(done.present);
  }
  const hidden = context.tap('hidden', norm(parameters.norm, x, sizes.epsilon));
  return {
    hidden: hidden.reshape([batch, tokens, sizes.width]),
    hiddenStates,
    attentions,
    present,
  };
}

function toLogits({ tokens, head }: DecoderParameters, hidden: Tensor): Tensor {
  if (head !== undefined) return project(head, hidden);
  const [vocabulary, width] = tokens.table.shape as [number, number];
  const product = hidden.reshape([-1, width]).matmul(tokens.table, { transposeB: true });
  return product.reshape([...hidden.shape.slice(0, -1), vocabulary]);
}

/** −10⁹ where a key comes after its query: `[tokens, past + tokens]`. */
function causalMask(before: string | number, tokens: string | number): Tensor {
  const all = addDims(before, tokens);
  const queries = iota(tokens).add(dimension(before)).reshape([tokens, 1]);
  const keys = iota(all).reshape([1, all]);
  return keys.greater(queries).cast('float32').mul(-1e9);
}
