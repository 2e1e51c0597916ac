export {
  additiveMask,
  type AttentionOptions,
  type AttentionOutputs,
  attentionParameters,
  type AttentionParameters,
  multiHeadAttention,
} from './attention.js';
export {
  byteConvClassifier,
  type ByteConvClassifierOptions,
  type ByteConvClassifierOutputs,
  type ByteConvClassifierParameters,
} from './byte-conv-classifier.js';
export {
  aroundEach,
  conv1d,
  type Conv1dOptions,
  conv1dParameters,
  type Conv1dParameters,
  type Conv1dSizes,
} from './conv1d.js';
export { countParameters } from './count-parameters.js';
export { dropout, type DropoutOptions } from './dropout.js';
export { embedding, embeddingParameters, type EmbeddingParameters } from './embedding.js';
export {
  encoderBlock,
  type EncoderBlockOptions,
  type EncoderBlockOutputs,
  encoderBlockParameters,
  type EncoderBlockParameters,
} from './encoder-block.js';
export {
  encoderClassifier,
  type EncoderClassifierOptions,
  type EncoderClassifierOutputs,
  type EncoderClassifierParameters,
} from './encoder-classifier.js';
export { type FeatureTable, keepBuckets } from './feature-table.js';
export {
  type Initialiser,
  kaimingNormal,
  ones,
  truncatedNormal,
  xavierUniform,
  zeros,
} from './initialisers.js';
export { layerNorm, layerNormParameters, type LayerNormParameters } from './layer-norm.js';
export { linear, type LinearOptions, type LinearParameters, linearParameters } from './linear.js';
export {
  type FeatureInputs,
  type HeadOptions,
  mlp,
  type MlpOptions,
  type MlpOutputs,
  type MlpParameters,
} from './mlp.js';
export { type Classifier, modelFromConfig } from './model-from-config.js';
export {
  type NgramClassifier,
  ngramClassifier,
  type NgramClassifierOptions,
  type NgramOutputs,
} from './ngram-classifier.js';
export { hashNgrams, type NgramOptions } from './ngram-hash.js';
export { ngramCounts, type NgramIndices, ngramIndices, type TextInputs } from './ngram-indices.js';
export { maskedMax, maskedMean } from './pooling.js';
