export { type ErrorCode, isLimbeckError, LimbeckError, Rng } from '@limbeck/core';
export {
  definePipeline,
  formatStages,
  type OutputOf,
  type Pipeline,
  type PipelineStep,
  type Stage,
  type StageTable,
  step,
} from '@limbeck/pipeline';
export { suggest } from './suggest.js';
