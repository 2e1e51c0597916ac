import type { Dim, Spec, Specs } from '@limbeck/core';
import {
  addDims,
  type Context,
  dimension,
  iota,
  type Model,
  multiplyDims,
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
import { decoderBlock, tapRows } from './decoder-block.js';
import {
  decoderConfig,
  type DecoderOptions,
  type DecoderSizes,
  decoderSizes,
} from './decoder-options.js';
import { decoderParameters, type DecoderParameters } from './decoder-parameters.js';
import type { KeyValues } from './grouped-attention.js';
import { rotation } from './rotary.js';

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

/**
 * What every later call of a generation takes; `mask` is `[batch, past + tokens]`. A step has one token: ids and positions
 * are `[batch, 1]`.
 */
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

/** A {@link causalDecoder} and the graphs that generate with it. */
export interface CausalDecoder extends Model<TextInputs, DecoderOutputs, DecoderParameters> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<DecoderParameters>;
  /** The options, defaults filled in. */
  readonly sizes: DecoderSizes;
  /** The first call of a generation: the whole prompt, padded on the left. */
  readonly prefill: Model<PrefillInputs, NextOutputs, DecoderParameters>;
  /** Every later call: one new token and what was remembered. */
  readonly step: Model<StepInputs, NextOutputs, DecoderParameters>;
  /** The same with several new tokens, for a prompt in parts; slower where there is one. */
  readonly extend: Model<StepInputs, NextOutputs, DecoderParameters>;
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
  const text = (tokens: Dim): Spec => ({ dtype: 'int64', shape: ['batch', tokens] });
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
    apply: ({ parameters, inputs: own, state, context }) => {
      const { hidden, present } = decode(sizes, parameters, own, context);
      // Padding stands on the left, so the last token of every row is one.
      const [, tokens] = hidden.shape;
      const last = tokens === 1 ? hidden : hidden.slice(1, subtractDims(tokens!, 1));
      const logits = toLogits(parameters, last);
      return { outputs: { next: logits.reshape([-1, sizes.vocabulary]), present }, state };
    },
  });
  const given = (tokens: Dim) => ({ ids: text(tokens), positions: text(tokens) });
  const later = (tokens: Dim): Model<StepInputs, NextOutputs, DecoderParameters> =>
    part<StepInputs>({
      ...given(tokens),
      mask: text(addDims('past', tokens)),
      past: Array.from({ length: sizes.layers }, () => ({ keys: memory, values: memory })),
    });
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
    prefill: part<PrefillInputs>({ ...given('tokens'), mask: text('tokens') }),
    step: later(1),
    extend: later('tokens'),
  };
}

type Given = TextInputs & { readonly positions?: Tensor; readonly past?: readonly KeyValues[] };

/** Everything up to the head. Inside, a batch's tokens are the rows of one matrix. */
function decode(
  sizes: DecoderSizes,
  parameters: DecoderParameters,
  inputs: Given,
  context: Context,
): Omit<DecoderOutputs, 'logits'> {
  const { ids, past } = inputs;
  const [batch, tokens] = ids.shape as [Dim, Dim];
  const rows = multiplyDims(batch, tokens);
  const places = { batch, tokens };
  const own = inputs.positions ?? iota(tokens).reshape([1, tokens]).expand([batch, tokens]);
  const positions = own.reshape([rows]);
  const embedded = context.block('embeddings', (inner) => {
    const words = embedding(parameters.tokens, ids.reshape([rows]));
    const table = parameters.positions;
    const x = table === undefined ? words : words.add(embedding(table, positions));
    return dropout(inner, x, { rate: sizes.dropout });
  });
  let x = tapRows(context, 'embeddings', embedded, places);
  const before = past?.[0]?.keys.shape[0] ?? 0;
  const seen = additiveMask(inputs.mask);
  // One token alone may look at everything before it.
  const mask = tokens === 1 ? seen : seen.add(causalMask(before, tokens));
  const turned = sizes.positions === 'rotary' ? { rotation: rotation(positions, rows, sizes) } : {};

  const inRows = (h: Tensor): Tensor => h.reshape([batch, tokens, sizes.width]);
  const hiddenStates = [inRows(x)];
  const attentions: Tensor[] = [];
  const present: KeyValues[] = [];
  for (const [i, block] of parameters.decoder.entries()) {
    const done = context.block(`decoder/${i}`, (inner) =>
      decoderBlock(block, x, inner, {
        ...sizes,
        ...places,
        mask,
        ...turned,
        ...(past === undefined ? {} : { past: past[i]! }),
      }),
    );
    x = done.output;
    hiddenStates.push(inRows(x));
    attentions.push(done.attention);
    present.push(done.present);
  }
  const normed = norm(parameters.norm, x, sizes.epsilon);
  const hidden = context.tap('hidden', inRows(normed));
  return { hidden, hiddenStates, attentions, present };
}

function toLogits({ tokens, head }: DecoderParameters, hidden: Tensor): Tensor {
  if (head !== undefined) return project(head, hidden);
  const [vocabulary, width] = tokens.table.shape as [number, number];
  const product = hidden.reshape([-1, width]).matmul(tokens.table, { transposeB: true });
  return product.reshape([...hidden.shape.slice(0, -1), vocabulary]);
}

/** −10⁹ where a key comes after its query: `[tokens, past + tokens]`. */
function causalMask(before: Dim, tokens: Dim): Tensor {
  const all = addDims(before, tokens);
  const queries = iota(tokens).add(dimension(before)).reshape([tokens, 1]);
  const keys = iota(all).reshape([1, all]);
  return keys.greater(queries).cast('float32').mul(-1e9);
}
