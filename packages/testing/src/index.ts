export {
  batchSizes,
  type BatchSizes,
  hiddenStates,
  type LabelledLogits,
  labelledLogits,
  labelledPairs,
  labels,
  type LogitPair,
  type LogitRows,
  logitPairs,
  logits,
  probabilities,
  type Rows,
} from './arbitraries.js';
export type { LossOptions } from './built-loss.js';
export { compile, type CompiledStep, type CompileOptions } from './compile.js';
export { checkLoss, type LossFact } from './contract/check-loss.js';
export type { ContractOptions } from './contract/loss-case.js';
export { ContractError } from './contract-error.js';
export { evaluate, type EvaluatedTerm, evaluateItems, type EvaluateOptions } from './evaluate.js';
export { expectGradient, type GradientOptions } from './expect-gradient.js';
export type { EngineName } from './run-graph.js';
export type { Numbers, Signals } from './signals.js';
export { uniform, uniformLabels } from './uniform.js';
