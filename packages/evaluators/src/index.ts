export { abstentions, accuracy } from './accuracy.js';
export {
  additiveMetric,
  type AdditiveMetric,
  type AdditiveParts,
  isAdditive,
  meanMetric,
} from './additive-metric.js';
export { bootstrap, type BootstrapOptions, type Measured, resample } from './bootstrap.js';
export { type CalibrationOptions, ece, reliability } from './calibration.js';
export { compare, type Compared, type CompareOptions, type NamedRows } from './compare.js';
export type { Comparison } from './comparison.js';
export { comparisonSentence, type SentenceOptions } from './comparison-sentence.js';
export { type Confusion, confusion } from './confusion.js';
export type { DataLeak, DataReport, LabelCount } from './data-report.js';
export type { ExperimentResult, ExperimentSystem, Machine } from './experiment-result.js';
export { agreement, teacherDivergence } from './fidelity.js';
export type { Interval } from './interval.js';
export { labelEfficiency, type LabelEfficiency, type LabelPoint } from './label-efficiency.js';
export { type Latency, type LatencyOptions, measureLatency } from './latency.js';
export { brier, nll } from './likelihood.js';
export { macroF1 } from './macro-f1.js';
export { type Discordant, mcnemar, type McNemarOptions, type McNemarResult } from './mcnemar.js';
export { surestMistakes, type WrongAnswer } from './mistakes.js';
export { experimentResultJson, parseExperimentResult } from './parse-experiment-result.js';
export { parseRunReport, runReportJson } from './parse-run-report.js';
export type { ClassLabels, ClassProbabilities, Predictions, References } from './predictions.js';
export { topLabels } from './predictions.js';
export { quantile } from './quantile.js';
export type {
  ConfusionReport,
  LabelEfficiencyReport,
  LabelErrorCandidate,
  LabelMapping,
  Mistake,
  ReliabilityBin,
  ReliabilityReport,
  RiskCoverageReport,
  TrainingCurve,
} from './report-details.js';
export { type Role, roles } from './roles.js';
export type {
  LatencyMs,
  ReportDataset,
  RunReport,
  SetReport,
  SliceReport,
  StageReport,
  StudentReport,
  SystemReport,
  TeacherReport,
} from './run-report.js';
export { benjaminiHochberg, holm } from './several-tests.js';
export { signFlip, type SignFlipOptions } from './sign-flip.js';
export { pickRows, type SliceOptions, slices } from './slices.js';
export type { StoredPredictions } from './stored-predictions.js';
export { type MeasuredSystem, systemReport } from './system-report.js';
