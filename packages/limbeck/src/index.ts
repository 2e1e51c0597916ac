export { type ErrorCode, isLimbeckError, LimbeckError, Rng } from '@limbeck/core';
export {
  definePipeline,
  experiment,
  type ExperimentOptions,
  type ExperimentTable,
  formatExperiment,
  formatStages,
  type Grid,
  type OutputOf,
  type Pipeline,
  type PipelineStep,
  type Stage,
  type StageTable,
  step,
} from '@limbeck/pipeline';
export { defineConfig, type LimbeckConfig, type LimbeckSettings } from './config.js';
export { distil } from './distil/distil.js';
export {
  type Distilled,
  type DistilData,
  type DistilOptions,
  type FamilyName,
  type LabelOf,
  type Peer,
  type PeerAnswer,
  type TeacherSignals,
} from './distil/options.js';
export type { TextInput, TypedPrediction, TypedStudent } from './distil/typed-student.js';
export { suggest } from './suggest.js';
