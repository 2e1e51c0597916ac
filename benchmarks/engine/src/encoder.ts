import {
  additiveMask,
  encoderBlock,
  type EncoderClassifierParameters,
  layerNorm,
  linear,
  maskedMean,
} from '@limbeck/nn';
import { type Context, oneHot, type Tensor } from '@limbeck/tensor';
import type { Sizes } from './sizes.js';

/** Token ids and masks, int64 `[batch, tokens]`. */
export interface Texts {
  readonly ids: Tensor;
  readonly mask: Tensor;
}

/**
 * The logits of `encoderClassifier` with its embedding as a product, for comparisons with systems that cannot
 * differentiate a gather.
 */
export function oneHotEncoder(
  parameters: EncoderClassifierParameters,
  { ids, mask }: Texts,
  context: Context,
  sizes: Sizes,
): Tensor {
  const { batch, tokens, width, vocabulary, heads } = sizes;
  const found = oneHot(ids.flatten(), vocabulary).matmul(parameters.tokens.table);
  let x = found.reshape([batch, tokens, width]).add(parameters.positions.table);
  const added = additiveMask(mask);
  for (const [i, block] of parameters.encoder.entries()) {
    x = context.block(`encoder/${i}`, (inner) =>
      encoderBlock(block, x, inner, { heads, mask: added }),
    ).output;
  }
  return linear(parameters.classifier, maskedMean(layerNorm(parameters.norm, x), mask));
}
