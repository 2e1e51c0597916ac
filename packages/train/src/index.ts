export { type CheckpointRecord, type CheckpointStore, memoryStore } from './checkpoint.js';
export {
  distillation,
  type DistillationOptions,
  type DistillationState,
  type Predict,
  type Signals,
  type Supplied,
} from './distillation.js';
export type {
  AccumulatingPhase,
  BatchSource,
  Fed,
  Metrics,
  Phase,
  Program,
  RunView,
  Shippable,
  StateFunction,
  StateTree,
} from './program.js';
export { ship } from './ship.js';
export { train, type TrainOptions, type TrainResult } from './train.js';
