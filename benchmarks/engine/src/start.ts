import { type HostTensor, hostTensor, type HostTree, Rng } from '@limbeck/core';
import { encoderClassifier, type EncoderClassifierParameters } from '@limbeck/nn';
import type { Sizes } from './sizes.js';

/** One batch: token ids and masks `[batch, tokens]`, labels `[batch]`. */
export interface Batch {
  readonly ids: Int32Array;
  readonly mask: Int32Array;
  readonly labels: Int32Array;
}

/** The model of `@limbeck/nn` that is trained. */
export function classifier(sizes: Sizes): ReturnType<typeof encoderClassifier> {
  const { layers, width, heads, feedForward, vocabulary, tokens, classes } = sizes;
  const labels = Array.from({ length: classes }, (_, i) => `class ${i}`);
  return encoderClassifier({
    labels,
    vocabulary,
    maxTokens: tokens,
    width,
    layers,
    heads,
    feedForward,
  });
}

/** The weights that every system starts from. */
export function startWeights(sizes: Sizes, seed = 1): HostTree<EncoderClassifierParameters> {
  return classifier(sizes).init(Rng.from(seed).stream('weights')).parameters;
}

/** The batches that every system sees, in this order. Texts differ in length; the padding is masked. */
export function batches(sizes: Sizes, count: number, seed = 1): readonly Batch[] {
  const { batch, tokens, vocabulary, classes } = sizes;
  const rng = Rng.from(seed).stream('batches');
  const below = (size: number): number => Math.floor(rng.uniform(0, size));
  return Array.from({ length: count }, () => {
    const [ids, mask] = [new Int32Array(batch * tokens), new Int32Array(batch * tokens)];
    const labels = new Int32Array(batch);
    for (let row = 0; row < batch; row++) {
      labels[row] = below(classes);
      const length = tokens - below(tokens / 4);
      for (let i = 0; i < length; i++) {
        // Skewed as words are: a few ids take most of the places.
        ids[row * tokens + i] = Math.floor(vocabulary * rng.uniform(0, 1) ** 3);
        mask[row * tokens + i] = 1;
      }
    }
    return { ids, mask, labels };
  });
}

/** Whole numbers as the int64 tensors that a graph takes. */
export function int64(shape: readonly number[], values: Int32Array): HostTensor<'int64'> {
  return hostTensor('int64', shape, BigInt64Array.from(values, BigInt));
}
