import { checkBetween, checkWhole, type HostTree, LimbeckError } from '@limbeck/core';
import { type Context, iota, type Model, type Tensor } from '@limbeck/tensor';
import { additiveMask } from './attention.js';
import { dropout } from './dropout.js';
import { embedding, embeddingParameters, type EmbeddingParameters } from './embedding.js';
import {
  encoderBlock,
  encoderBlockParameters,
  type EncoderBlockParameters,
} from './encoder-block.js';
import { truncatedNormal } from './initialisers.js';
import { checkLabels } from './labels.js';
import { layerNorm, layerNormParameters, type LayerNormParameters } from './layer-norm.js';
import { linear, type LinearParameters, linearParameters } from './linear.js';
import { checkText, type TextInputs } from './ngram-indices.js';
import { maskedMean } from './pooling.js';

/** Options of {@link encoderClassifier}. */
export interface EncoderClassifierOptions {
  /** Names of the classes, in the order of the logits. */
  readonly labels: readonly string[];
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
  /** The share dropped in training: of embeddings, attention weights and both halves. @defaultValue 0 */
  readonly dropout?: number;
  /** Where the norms stand. @defaultValue 'pre' */
  readonly norm?: 'pre' | 'post';
  /** What the classifier reads: the mean over the tokens, or the first token. @defaultValue 'mean' */
  readonly pooling?: 'mean' | 'first';
}

/** Parameters of {@link encoderClassifier}. */
export type EncoderClassifierParameters = {
  /** The embedding of ids, `[vocabulary, width]`. */
  readonly tokens: EmbeddingParameters;
  /** The embedding of positions, `[maxTokens, width]`. */
  readonly positions: EmbeddingParameters;
  /** The blocks, one after another. */
  readonly encoder: readonly EncoderBlockParameters[];
  /** After the embeddings with norms after sums; before the pooling with norms before halves. */
  readonly norm: LayerNormParameters;
  /** From the pooled state to labels. */
  readonly classifier: LinearParameters;
};

/** What {@link encoderClassifier} computes. */
export interface EncoderClassifierOutputs {
  /** `[batch, labels]`. */
  readonly logits: Tensor;
  /** The pooled state that the classifier reads, `[batch, width]`. */
  readonly hidden: Tensor;
  /** After the embeddings and after every block, `[batch, tokens, width]` each. */
  readonly hiddenStates: readonly Tensor[];
  /** Of every block, `[batch, heads, tokens, tokens]` each. */
  readonly attentions: readonly Tensor[];
}

/**
 * A transformer encoder over token ids (bytes are ids too) with learned positions, pooled and classified.
 *
 * Taps: `embeddings`, `encoder/0/attention/scores`, `encoder/0/output`, …, `hidden`, `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @see Vaswani et al., "Attention Is All You Need", 2017. {@link https://arxiv.org/abs/1706.03762}
 */
export function encoderClassifier(
  options: EncoderClassifierOptions,
): Model<TextInputs, EncoderClassifierOutputs, EncoderClassifierParameters> {
  const { labels, vocabulary, maxTokens, width, layers, heads, norm = 'pre' } = options;
  const { feedForward = 4 * width, dropout: rate = 0, pooling = 'mean' } = options;
  checkOptions(options);
  const text = { dtype: 'int64', shape: ['batch', 'tokens'] } as const;
  const sizes = { vocabulary, maxTokens, width, layers, heads, feedForward };

  return {
    config: { family: 'encoder', labels: [...labels], ...sizes, dropout: rate, norm, pooling },
    inputs: { ids: text, mask: text },
    init: (rng) => {
      const weight = truncatedNormal(0.02);
      const parameters: HostTree<EncoderClassifierParameters> = {
        tokens: embeddingParameters(rng.stream('tokens'), vocabulary, width),
        positions: embeddingParameters(rng.stream('positions'), maxTokens, width),
        encoder: Array.from({ length: layers }, (_, i) =>
          encoderBlockParameters(rng.stream(`encoder/${i}`), width, feedForward, weight),
        ),
        norm: layerNormParameters(rng, width),
        classifier: linearParameters(rng.stream('classifier'), width, labels.length, { weight }),
      };
      return { parameters, state: {} };
    },
    apply: ({ parameters, inputs, state, context }) => {
      checkText('encoderClassifier', inputs);
      const embedded = context.block('embeddings', (inner) =>
        embed(parameters, inputs, inner, options),
      );
      let x = context.tap('embeddings', embedded);
      const mask = additiveMask(inputs.mask);
      const hiddenStates = [x];
      const attentions: Tensor[] = [];
      for (const [i, block] of parameters.encoder.entries()) {
        const { output, attention } = context.block(`encoder/${i}`, (inner) =>
          encoderBlock(block, x, inner, { heads, mask, dropout: rate, norm }),
        );
        x = output;
        hiddenStates.push(output);
        attentions.push(attention);
      }
      return context.block('classifier', () => {
        const states = norm === 'pre' ? layerNorm(parameters.norm, x) : x;
        const pooled =
          pooling === 'mean' ? maskedMean(states, inputs.mask) : states.slice(1, 0, 1).sum(1);
        const hidden = context.tap('hidden', pooled);
        const logits = context.tap('logits', linear(parameters.classifier, hidden));
        return { outputs: { logits, hidden, hiddenStates, attentions }, state };
      });
    },
  };
}

function embed(
  parameters: EncoderClassifierParameters,
  { ids }: TextInputs,
  context: Context,
  { norm = 'pre', dropout: rate = 0 }: EncoderClassifierOptions,
): Tensor {
  const places = embedding(parameters.positions, iota(ids.shape[1]!));
  const sum = embedding(parameters.tokens, ids).add(places);
  // With norms after each sum the first one stands here; before each, at the end.
  const x = norm === 'post' ? layerNorm(parameters.norm, sum) : sum;
  return dropout(context, x, { rate });
}

function checkOptions(options: EncoderClassifierOptions): void {
  const { labels, vocabulary, maxTokens, width, layers, heads } = options;
  checkLabels('encoderClassifier', labels);
  const sizes = {
    vocabulary,
    maxTokens,
    width,
    layers,
    heads,
    feedForward: options.feedForward ?? 1,
  };
  checkWhole('encoderClassifier', sizes, 1, 'Pass sizes of at least 1.');
  const rates = { dropout: options.dropout ?? 0 };
  checkBetween('encoderClassifier', rates, 0, 0.99, 'Use 0 for none, or a share such as 0.1.');
  const known = { norm: ['pre', 'post'], pooling: ['mean', 'first'] } as const;
  for (const name of ['norm', 'pooling'] as const) {
    const given = options[name];
    const allowed: readonly string[] = known[name];
    if (given === undefined || allowed.includes(given)) continue;
    refuse(`${name} ${JSON.stringify(given)}`, allowed.join(' or '), 'Use one of these.');
  }
  if (width % heads === 0) return;
  refuse(
    `width ${width} for ${heads} heads`,
    'a width that the heads divide',
    'Change one of both.',
  );
}

function refuse(given: string, expected: string, next: string): never {
  throw new LimbeckError('invalid-option', { where: 'encoderClassifier', given, expected, next });
}
