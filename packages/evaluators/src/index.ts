export type { Comparison } from './comparison.js';
export type { ExperimentResult, ExperimentSystem, Machine } from './experiment-result.js';
export type { Interval } from './interval.js';
export { experimentResultJson, parseExperimentResult } from './parse-experiment-result.js';
export { parseRunReport, runReportJson } from './parse-run-report.js';
export type {
  ConfusionReport,
  LabelEfficiencyReport,
  LabelMapping,
  Mistake,
  ReliabilityBin,
  ReliabilityReport,
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
