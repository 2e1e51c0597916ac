export { countParameters } from './count-parameters.js';
export { dropout, type DropoutOptions } from './dropout.js';
export { type FeatureTable, keepBuckets } from './feature-table.js';
export {
  type Initialiser,
  kaimingNormal,
  ones,
  truncatedNormal,
  xavierUniform,
  zeros,
} from './initialisers.js';
export { linear, type LinearOptions, type LinearParameters, linearParameters } from './linear.js';
export {
  type FeatureInputs,
  type HeadOptions,
  mlp,
  type MlpOptions,
  type MlpOutputs,
  type MlpParameters,
} from './mlp.js';
export {
  type NgramClassifier,
  ngramClassifier,
  type NgramClassifierOptions,
  type NgramOutputs,
} from './ngram-classifier.js';
export { hashNgrams, type NgramOptions } from './ngram-hash.js';
export { ngramCounts, type NgramIndices, ngramIndices, type TextInputs } from './ngram-indices.js';
