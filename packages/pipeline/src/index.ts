export { experiment, type ExperimentOptions, type Grid, type GridPoint } from './experiment.js';
export {
  type ExperimentCell,
  type ExperimentPoint,
  experimentSystems,
  type ExperimentTable,
  type Factors,
  formatExperiment,
  type PointSystem,
} from './experiment-table.js';
export { explainChange, type StepIdentity } from './identity.js';
export { type AsJson, toJson } from './json.js';
export { definePipeline, orderSteps, type OutputsOf, type Pipeline } from './pipeline.js';
export { formatPlan, type PlannedStep, type RunPlan } from './plan.js';
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
