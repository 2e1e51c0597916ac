export { explainChange, type StepIdentity } from './identity.js';
export { type AsJson, toJson } from './json.js';
export { definePipeline, orderSteps, type OutputsOf, type Pipeline } from './pipeline.js';
export { formatStages, type Stage, type StageTable } from './stages.js';
export {
  isStep,
  type JsonInputs,
  type OutputOf,
  type PipelineStep,
  type PipelineStepContext,
  step,
  type StepCode,
  type StepFolders,
  type StepInputs,
  type StepOptions,
  type Widened,
} from './step.js';
