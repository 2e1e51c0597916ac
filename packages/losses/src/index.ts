export { crossEntropy, type CrossEntropyNeeds, type CrossEntropyOptions } from './cross-entropy.js';
export { type DivergenceOptions, forwardKl } from './forward-kl.js';
export type { AnyLoss, NeedsOf } from './generic.js';
export {
  type Hidden,
  hiddenMse,
  type HiddenMseNeeds,
  type HiddenMseOptions,
  type ProjectorParameters,
} from './hidden-mse.js';
export { jensenShannon, type JensenShannonOptions } from './jensen-shannon.js';
export { logitMse, type LogitMseOptions } from './logit-mse.js';
export { onHead, type OnHeadNeeds } from './on-head.js';
export { reverseKl } from './reverse-kl.js';
export { softTargets, type SoftTargetsNeeds, type SoftTargetsOptions } from './soft-targets.js';
export {
  type NeedsOfAll,
  type TreeByLoss,
  weighted,
  type WeightedPart,
  type WeightSchedule,
} from './weighted.js';
export { weightedBy } from './weighted-by.js';
