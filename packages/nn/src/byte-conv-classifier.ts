import { checkBetween, checkWhole, type HostTree, LimbeckError } from '@limbeck/core';
import type { Model, Tensor } from '@limbeck/tensor';
import { aroundEach, conv1d, conv1dParameters, type Conv1dParameters } from './conv1d.js';
import { dropout } from './dropout.js';
import { embedding, embeddingParameters, type EmbeddingParameters } from './embedding.js';
import { checkLabels } from './labels.js';
import { linear, type LinearParameters, linearParameters } from './linear.js';
import { checkText, type TextInputs } from './ngram-indices.js';
import { maskedMax, maskedMean } from './pooling.js';

/** Options of {@link byteConvClassifier}. */
export interface ByteConvClassifierOptions {
  /** Names of the classes, in the order of the logits. */
  readonly labels: readonly string[];
  /** How many bytes of a text are read; for the collator and the tokenizer, since the graph takes any length. */
  readonly maxBytes: number;
  /** Width of a byte's embedding. */
  readonly width: number;
  /** Channels of each convolution, one after another. */
  readonly channels: readonly number[];
  /** How many positions a window sees. @defaultValue 8 */
  readonly kernel?: number;
  /** How far from window to window, in every convolution. @defaultValue 4 */
  readonly stride?: number;
  /** How positions become one vector. @defaultValue 'max' */
  readonly pooling?: 'max' | 'mean';
  /** The share of pooled features dropped in training. @defaultValue 0 */
  readonly dropout?: number;
}

/** Parameters of {@link byteConvClassifier}. */
export type ByteConvClassifierParameters = {
  /** The embedding of bytes, `[256, width]`. */
  readonly bytes: EmbeddingParameters;
  /** One after another. */
  readonly convolutions: readonly Conv1dParameters[];
  /** From channels to labels. */
  readonly classifier: LinearParameters;
};

/** What {@link byteConvClassifier} computes. */
export interface ByteConvClassifierOutputs {
  /** `[batch, labels]`. */
  readonly logits: Tensor;
  /** The pooled features, `[batch, channels]`. */
  readonly hidden: Tensor;
}

/**
 * Strided convolutions with ReLU over embedded bytes, pooled and classified. Padding changes nothing: masked bytes are
 * zeros, and windows that stand outside the text are not pooled.
 *
 * Taps: `embeddings`, `convolutions/0`, …, `hidden`, `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @see Zhang, Zhao and LeCun, "Character-level Convolutional Networks for Text Classification", 2015.
 * {@link https://arxiv.org/abs/1509.01626}
 */
export function byteConvClassifier(
  options: ByteConvClassifierOptions,
): Model<TextInputs, ByteConvClassifierOutputs, ByteConvClassifierParameters> {
  const { labels, maxBytes, width, channels, kernel = 8, stride = 4 } = options;
  const { pooling = 'max', dropout: rate = 0 } = options;
  checkOptions({ ...options, kernel, stride, pooling });
  const text = { dtype: 'int64', shape: ['batch', 'bytes'] } as const;
  const sizes = { maxBytes, width, channels: [...channels], kernel, stride };

  return {
    config: { family: 'byteConv', labels: [...labels], ...sizes, pooling, dropout: rate },
    inputs: { ids: text, mask: text },
    init: (rng) => {
      const inputs = [width, ...channels];
      const parameters: HostTree<ByteConvClassifierParameters> = {
        bytes: embeddingParameters(rng.stream('bytes'), 256, width),
        convolutions: channels.map((outputs, i) =>
          conv1dParameters(rng.stream(`convolutions/${i}`), {
            inputs: inputs[i]!,
            outputs,
            kernel,
          }),
        ),
        classifier: linearParameters(rng.stream('classifier'), inputs.at(-1)!, labels.length),
      };
      return { parameters, state: {} };
    },
    apply: ({ parameters, inputs, state, context }) => {
      checkText('byteConvClassifier', inputs);
      const [batch, bytes] = inputs.mask.shape as [string | number, string | number];
      // Behind a text may stand any id, also one that is no byte: byte 0 is looked up there, and masked.
      const embedded = context.block('embeddings', () =>
        embedding(parameters.bytes, inputs.ids.mul(inputs.mask)).transpose([0, 2, 1]),
      );
      let x = context.tap('embeddings', embedded);
      // 1 at positions inside the text, [batch, 1, positions].
      let seen = inputs.mask.cast(x.dtype).reshape([batch, 1, bytes]);
      const pad = aroundEach(kernel);
      for (const [i, layer] of parameters.convolutions.entries()) {
        const y = context.block(`convolutions/${i}`, () =>
          conv1d(layer, x.mul(seen), { stride, pad }).relu(),
        );
        x = context.tap(`convolutions/${i}`, y);
        // Every stride-th one, where a window stands: padding adds none.
        seen = seen.unfold1d({ kernel: 1, stride });
      }
      return context.block('classifier', (inner) => {
        const mask = seen.reshape([batch, seen.shape[2]!]);
        const pool = pooling === 'max' ? maskedMax : maskedMean;
        const hidden = context.tap('hidden', pool(x.transpose([0, 2, 1]), mask));
        const kept = dropout(inner, hidden, { rate });
        const logits = context.tap('logits', linear(parameters.classifier, kept));
        return { outputs: { logits, hidden }, state };
      });
    },
  };
}

function checkOptions(options: ByteConvClassifierOptions): void {
  const { labels, maxBytes, width, channels, kernel, stride, pooling } = options;
  checkLabels('byteConvClassifier', labels);
  const sizes = { maxBytes, width, kernel, stride, layers: channels.length };
  checkWhole('byteConvClassifier', sizes, 1, 'Pass sizes of at least 1.');
  for (const each of channels) {
    checkWhole('byteConvClassifier', { channels: each }, 1, 'Pass the channels of each layer.');
  }
  const rates = { dropout: options.dropout ?? 0 };
  checkBetween('byteConvClassifier', rates, 0, 0.99, 'Use 0 for none, or a share such as 0.1.');
  if (pooling === 'max' || pooling === 'mean') return;
  throw new LimbeckError('invalid-option', {
    where: 'byteConvClassifier',
    given: `pooling ${JSON.stringify(pooling)}`,
    expected: "'max' or 'mean'",
    next: "Use 'max', or leave it out.",
  });
}
