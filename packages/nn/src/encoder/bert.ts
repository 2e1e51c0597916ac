import {
  checkBetween,
  checkPositive,
  checkWhole,
  LimbeckError,
  type Spec,
  type Specs,
} from '@limbeck/core';
import { type Context, iota, type Model, specsOf, type Tensor } from '@limbeck/tensor';
import { additiveMask } from '../attention.js';
import { dropout } from '../dropout.js';
import { embedding } from '../embedding.js';
import { encoderBlock } from '../encoder-block.js';
import { checkLabels } from '../labels.js';
import { layerNorm } from '../layer-norm.js';
import { linear } from '../linear.js';
import { checkText, type TextInputs } from '../ngram-indices.js';
import { start } from '../weights/fresh.js';
import {
  type BertClassifierParameters,
  type BertParameters,
  type BertSizes,
  bertTree,
  freshLinear,
} from './bert-parameters.js';

/** What a BERT takes. */
export type BertInputs = TextInputs & {
  /** Int64 `[batch, tokens]`: 0 in the first text, 1 in the second; only with `typeInput`. */
  readonly types?: Tensor;
};

/** Options of {@link bertEncoder}. */
export interface BertOptions {
  /** How many different ids there are. */
  readonly vocabulary: number;
  /** The longest text, in tokens. */
  readonly maxTokens: number;
  /** Width of the hidden states; the heads divide it. */
  readonly width: number;
  /** How many blocks. */
  readonly layers: number;
  /** How many heads a block has. */
  readonly heads: number;
  /** Width inside a block's feed-forward half. @defaultValue 4 · width */
  readonly feedForward?: number;
  /** How many token types there are; 0 for none, as DistilBERT. @defaultValue 2 */
  readonly types?: number;
  /** Whether token types are an input; otherwise all are 0. @defaultValue false */
  readonly typeInput?: boolean;
  /** Where the norms stand. @defaultValue 'post', as BERT */
  readonly norm?: 'pre' | 'post';
  /** Added to the norms' variances. @defaultValue 1e-12, as BERT */
  readonly epsilon?: number;
  /** Whether the pooled state is tanh of a linear map of the first token's, or that state itself. @defaultValue true */
  readonly pooler?: boolean;
  /** The share dropped in training: of embeddings, attention weights, both halves and the pooled state. @defaultValue 0 */
  readonly dropout?: number;
}

/** What {@link bertEncoder} computes. */
export interface BertOutputs {
  /** After the last block, `[batch, tokens, width]`. */
  readonly states: Tensor;
  /** What a classifier reads, `[batch, width]`. */
  readonly hidden: Tensor;
  /** After the embeddings and after every block, `[batch, tokens, width]` each. */
  readonly hiddenStates: readonly Tensor[];
  /** Of every block, `[batch, heads, tokens, tokens]` each. */
  readonly attentions: readonly Tensor[];
}

/** A {@link bertEncoder} and the specs of its parameters. */
export interface BertEncoder extends Model<BertInputs, BertOutputs, BertParameters> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<BertParameters>;
}

/** Options of {@link bertClassifier}. */
export interface BertClassifierOptions extends BertOptions {
  /** Names of the classes, in the order of the logits. */
  readonly labels: readonly string[];
}

/** A {@link bertClassifier} and the specs of its parameters. */
export interface BertClassifier extends Model<
  BertInputs,
  BertOutputs & { readonly logits: Tensor },
  BertClassifierParameters
> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<BertClassifierParameters>;
}

/**
 * BERT's encoder, whose parameters stand in BERT's files under names of their own ({@link bertNames}).
 *
 * Taps: `embeddings`, `encoder/0/attention/scores`, `encoder/0/attention/attention`, `encoder/0/inner`,
 * `encoder/0/output`, …, `hidden`.
 *
 * @throws LimbeckError `invalid-option`
 * @see Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2019, §3.
 * {@link https://arxiv.org/abs/1810.04805}
 * @example
 * ```ts
 * import { bertEncoder, countParameters } from '@limbeck/nn';
 *
 * const base = bertEncoder({ vocabulary: 30_522, maxTokens: 512, width: 768, layers: 12, heads: 12 });
 * console.log(countParameters(base.parameterSpecs)); // 109482240
 * ```
 */
export function bertEncoder(options: BertOptions): BertEncoder {
  const sizes = bertSizes('bertEncoder', options);
  const tree = bertTree(sizes);
  return {
    config: { family: 'bertEncoder', ...sizes },
    parameterSpecs: specsOf<Specs<BertParameters>>(tree),
    inputs: bertInputs(sizes),
    init: (rng) => ({ parameters: start<BertParameters>(tree, rng), state: {} }),
    apply: ({ parameters, inputs, state, context }) => ({
      outputs: encode(sizes, parameters, inputs, context),
      state,
    }),
  };
}

/**
 * {@link bertEncoder} with a linear classifier of the pooled state. One more tap: `logits`.
 *
 * @throws LimbeckError `invalid-option`
 */
export function bertClassifier(options: BertClassifierOptions): BertClassifier {
  const { labels } = options;
  checkLabels('bertClassifier', labels);
  const sizes = bertSizes('bertClassifier', options);
  const tree: Specs<BertClassifierParameters> = {
    ...bertTree(sizes),
    classifier: freshLinear(sizes.width, labels.length),
  };
  return {
    config: { family: 'bert', labels: [...labels], ...sizes },
    parameterSpecs: specsOf<Specs<BertClassifierParameters>>(tree),
    inputs: bertInputs(sizes),
    init: (rng) => ({ parameters: start<BertClassifierParameters>(tree, rng), state: {} }),
    apply: ({ parameters, inputs, state, context }) => {
      const outputs = encode(sizes, parameters, inputs, context);
      const logits = context.block('classifier', (inner) =>
        linear(parameters.classifier, dropout(inner, outputs.hidden, { rate: sizes.dropout })),
      );
      return { outputs: { ...outputs, logits: context.tap('logits', logits) }, state };
    },
  };
}

type Sizes = BertSizes & {
  readonly typeInput: boolean;
  readonly epsilon: number;
  readonly dropout: number;
};

function bertInputs({ typeInput }: Sizes): Specs<BertInputs> {
  const text: Spec = { dtype: 'int64', shape: ['batch', 'tokens'] };
  return { ids: text, mask: text, ...(typeInput ? { types: text } : {}) };
}

function encode(
  sizes: Sizes,
  parameters: BertParameters,
  inputs: BertInputs,
  context: Context,
): BertOutputs {
  const { heads, norm, epsilon, dropout: rate } = sizes;
  checkText('bertEncoder', inputs);
  const embedded = context.block('embeddings', (inner) => {
    const places = embedding(parameters.positions, iota(inputs.ids.shape[1]!));
    const words = embedding(parameters.words, inputs.ids).add(places);
    const x = layerNorm(parameters.embeddingNorm, withTypes(parameters, inputs, words), epsilon);
    return dropout(inner, x, { rate });
  });
  let x = context.tap('embeddings', embedded);
  const mask = additiveMask(inputs.mask);
  const hiddenStates = [x];
  const attentions: Tensor[] = [];
  for (const [i, block] of parameters.encoder.entries()) {
    const { output, attention } = context.block(`encoder/${i}`, (inner) =>
      encoderBlock(block, x, inner, { heads, mask, dropout: rate, norm, epsilon }),
    );
    x = output;
    hiddenStates.push(output);
    attentions.push(attention);
  }
  const states = parameters.norm === undefined ? x : layerNorm(parameters.norm, x, epsilon);
  const first = states.slice(1, 0, 1).reshape([states.shape[0]!, sizes.width]);
  const pooled = context.block('pooler', () =>
    parameters.pooler === undefined ? first : linear(parameters.pooler, first).tanh(),
  );
  return { states, hidden: context.tap('hidden', pooled), hiddenStates, attentions };
}

function withTypes({ types }: BertParameters, inputs: BertInputs, words: Tensor): Tensor {
  if (types === undefined) return words;
  if (inputs.types !== undefined) return words.add(embedding(types, inputs.types));
  return words.add(types.table.slice(0, 0, 1).reshape([types.table.shape[1]!]));
}

function bertSizes(where: string, options: BertOptions): Sizes {
  const { vocabulary, maxTokens, width, layers, heads, types = 2, norm = 'post' } = options;
  const { feedForward = 4 * width, typeInput = false, epsilon = 1e-12, pooler = true } = options;
  const { dropout: rate = 0 } = options;
  const sizes = { vocabulary, maxTokens, width, layers, heads, feedForward };
  checkWhole(where, sizes, 1, 'Pass sizes of at least 1.');
  checkWhole(where, { types }, 0, 'Pass 0 for no token types.');
  checkPositive(where, { epsilon }, "Leave it out for BERT's.");
  checkBetween(where, { dropout: rate }, 0, 0.99, 'Use 0 for none, or a share such as 0.1.');
  const refuse = (given: string, expected: string): never => {
    throw new LimbeckError('invalid-option', {
      where,
      given,
      expected,
      next: 'Change one of both.',
    });
  };
  if (width % heads !== 0)
    refuse(`width ${width} for ${heads} heads`, 'a width that the heads divide');
  if (typeInput && types === 0)
    refuse('typeInput without types', 'types of at least 1, or no input');
  if (norm !== 'pre' && norm !== 'post') refuse(`norm ${JSON.stringify(norm)}`, 'pre or post');
  return { ...sizes, types, norm, pooler, typeInput, epsilon, dropout: rate };
}
