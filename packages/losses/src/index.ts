export { crossEntropy, type CrossEntropyNeeds, type CrossEntropyOptions } from './cross-entropy.js';
export type { AnyLoss, NeedsOf } from './generic.js';
export { softTargets, type SoftTargetsNeeds, type SoftTargetsOptions } from './soft-targets.js';
export {
  type NeedsOfAll,
  type TreeByLoss,
  weighted,
  type WeightedPart,
  type WeightSchedule,
} from './weighted.js';
