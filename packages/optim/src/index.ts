export { adafactor, type AdafactorOptions } from './adafactor.js';
export { adam, type AdamOptions } from './adam.js';
export type { MomentOptions, Moments } from './adam-moments.js';
export { adamw, type AdamwOptions, type AdamwState } from './adamw.js';
export type { Average } from './average.js';
export { clipByGlobalNorm } from './clip-by-global-norm.js';
export { clipByValue } from './clip-by-value.js';
export { decayAll, type DecayMask, decayMatrices } from './decay-mask.js';
export { ema, type EmaOptions } from './ema.js';
export type { FactoredMoments } from './factored-moments.js';
export { groups, type GroupsState, type ParameterGroup } from './groups.js';
export { inverseSquareRoot, type InverseSquareRootOptions } from './inverse-square-root.js';
export { lamb, type LambOptions } from './lamb.js';
export { lion, type LionOptions, type LionState } from './lion.js';
export { oneCycle, type OneCycleOptions } from './one-cycle.js';
export type { ByPath } from './paths.js';
export type { Schedule } from './schedule.js';
export {
  constant,
  cosine,
  type DecayOptions,
  linear,
  polynomial,
  type PolynomialOptions,
} from './schedules.js';
export { sgd, type SgdOptions, type SgdState } from './sgd.js';
export { stepwise, type StepwiseOptions } from './stepwise.js';
export { swa, type SwaOptions } from './swa.js';
export { warmRestarts, type WarmRestartsOptions } from './warm-restarts.js';
