export { adamw, type AdamwOptions, type AdamwState } from './adamw.js';
export { clipByGlobalNorm } from './clip-by-global-norm.js';
export { decayAll, type DecayMask, decayMatrices } from './decay-mask.js';
export { type Average, ema, type EmaOptions } from './ema.js';
export type { ByPath } from './paths.js';
export { constant, cosine, type DecayOptions, linear, type Schedule } from './schedules.js';
export { sgd, type SgdOptions, type SgdState } from './sgd.js';
