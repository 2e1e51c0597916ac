export { type Activation, activations } from './activations.js';
export {
  additiveMask,
  type AttentionOptions,
  type AttentionOutputs,
  attentionParameters,
  type AttentionParameters,
  multiHeadAttention,
} from './attention.js';
export {
  bagOfEmbeddings,
  type BagOfEmbeddingsOptions,
  type BagOfEmbeddingsOutputs,
  type BagOfEmbeddingsParameters,
} from './bag-of-embeddings.js';
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
export {
  causalDecoder,
  type CausalDecoder,
  type DecoderOutputs,
  type NextOutputs,
  type PrefillInputs,
  type StepInputs,
} from './decoder/causal-decoder.js';
export type { DecoderBlockParameters } from './decoder/decoder-block.js';
export { gpt2Names, llamaNames } from './decoder/decoder-names.js';
export type { DecoderOptions, DecoderSizes } from './decoder/decoder-options.js';
export type { DecoderParameters } from './decoder/decoder-parameters.js';
export type { GroupedAttentionParameters, KeyValues } from './decoder/grouped-attention.js';
export type { RotaryPairs } from './decoder/rotary.js';
export { dropout, type DropoutOptions } from './dropout.js';
export { embedding, embeddingParameters, type EmbeddingParameters } from './embedding.js';
export {
  bertClassifier,
  type BertClassifier,
  type BertClassifierOptions,
  bertEncoder,
  type BertEncoder,
  type BertInputs,
  type BertOptions,
  type BertOutputs,
} from './encoder/bert.js';
export {
  bertMaskedLm,
  type BertMaskedLm,
  bertMaskedLmNames,
  type BertMaskedLmOptions,
  type BertMaskedLmOutputs,
  type BertMaskedLmParameters,
} from './encoder/bert-masked-lm.js';
export { bertNames, distilBertNames } from './encoder/bert-names.js';
export type { BertClassifierParameters, BertParameters } from './encoder/bert-parameters.js';
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
  projector,
  projectorParameters,
  type ProjectorParameters,
  type ProjectorSizes,
} from './heads/projector.js';
export { sparseWeights } from './heads/sparse-weights.js';
export {
  textEmbedder,
  type TextEmbedder,
  type TextEmbedderOptions,
  type TextEmbedderOutputs,
  type TextEmbedderParameters,
  type TokenEncoder,
} from './heads/text-embedder.js';
export { unitLength } from './heads/unit-length.js';
export {
  batchNorm,
  type BatchNormOptions,
  type BatchNormParameters,
  type BatchNormState,
  batchNormValues,
} from './images/batch-norm.js';
export {
  cifarResNet,
  type CifarResNet,
  type CifarResNetOptions,
  type ImageInputs,
  type ImageOutputs,
} from './images/cifar-resnet.js';
export {
  cifarResNetNames,
  type CifarResNetParameters,
  type CifarResNetState,
  type NormedConvolutionParameters,
  type ResidualBlockParameters,
  type ResidualBlockState,
} from './images/cifar-resnet-parameters.js';
export {
  convNet,
  type ConvNet,
  type ConvNetBlockParameters,
  type ConvNetOptions,
  type ConvNetParameters,
} from './images/conv-net.js';
export {
  type Initialiser,
  kaimingNormal,
  ones,
  truncatedNormal,
  xavierUniform,
  zeros,
} from './initialisers.js';
export type { LogitsGiven, LogitsHook } from './generate/adjust-logits.js';
export type { SampleOptions } from './generate/choose-token.js';
export {
  type BeamOptions,
  generate,
  type Generated,
  type GenerateOptions,
} from './generate/generate.js';
export {
  type EvaluateGraph,
  type GenerationFunctions,
  type GenerationGraph,
  generationGraphs,
} from './generate/generation-graphs.js';
export {
  gcn,
  type Gcn,
  type GcnOptions,
  type GcnOutputs,
  type GcnParameters,
  type GraphInputs,
  propagate,
} from './graphs/gcn.js';
export { graphNeighbours, type GraphNeighbours } from './graphs/graph-neighbours.js';
export {
  type SparseFeatureOptions,
  type SparseFeatures,
  sparseFeatures,
  type SparseFeatureTensors,
  type SparseRowsLike,
} from './graphs/sparse-features.js';
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
export { norm, type NormParameters } from './norm.js';
export { maskedMax, maskedMean } from './pooling.js';
export { project, type ProjectionParameters } from './project.js';
export {
  readWeights,
  type WeightNames,
  type WeightSource,
  writeWeights,
} from './weights/named-weights.js';
export { publishedConfig, type PublishedModel } from './weights/published-config.js';
