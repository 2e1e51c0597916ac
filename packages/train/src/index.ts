export { type CheckpointRecord, type CheckpointStore, memoryStore } from './checkpoint.js';
export type { CanaryOptions, CanaryRows } from './canary.js';
export { checkTeacher } from './check-teacher.js';
export { descend, type DescendArguments, type Descent, startDescent } from './descend.js';
export { distillation } from './distillation.js';
export type {
  DistillationOptions,
  DistillationState,
  Predict,
  Signals,
  Supplied,
} from './distillation-options.js';
export type { FloatGate } from './export/float-gate.js';
export type { Int8Gate } from './export/int8-gate.js';
export {
  type ExportRecord,
  type FileRecord,
  type PackOptions,
  packStudent,
  type StudentPackage,
} from './export/pack-student.js';
export type { QuantisedWeight, Quantiser } from './export/quantise.js';
export type { HeldOut } from './export/quantise-student.js';
export type { Int4Options, Int8Options, QuantisedRecord } from './export/pack-quantised.js';
export type { BlockQuantiser, QuantisedBlocks } from './export/blocks.js';
export { type FileNames, textClassifierNames } from './export/student-graph.js';
export type {
  AccumulatingPhase,
  AnyFunction,
  BatchSource,
  Metrics,
  Phase,
  Program,
  RunView,
  Shippable,
  StateFunction,
  StateTree,
} from './program.js';
export type { OnNonFinite, Skips } from './non-finite.js';
export { ship } from './ship.js';
export type { StudentCalibration, StudentFacts, StudentThreshold } from './student-facts.js';
export type { StudentTokenizer } from './student-tokenizer.js';
export { type Patience, stalled } from './stalled.js';
export type { FlatState } from './state-tree.js';
export { train } from './train.js';
export type { TrainOptions, TrainResult } from './train-options.js';
