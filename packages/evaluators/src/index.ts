export { abstentions, accuracy } from './accuracy.js';
export {
  additiveMetric,
  type AdditiveMetric,
  type AdditiveParts,
  isAdditive,
  meanMetric,
} from './additive-metric.js';
export { type BatchLatency, type BatchLatencyOptions, measureBatches } from './batch-latency.js';
export { auc, averagePrecision } from './binary/auc.js';
export { type Positives, positivesOf, type Scores, scoresOf } from './binary/binary-data.js';
export { binaryBrier, binaryNll } from './binary/binary-likelihood.js';
export { type MembershipInference, membershipInference } from './binary/membership.js';
export {
  bestBalancedAccuracy,
  rocCurve,
  type RocPoint,
  tprAtFpr,
  youden,
} from './binary/operating-points.js';
export { bootstrap, type BootstrapOptions, type Measured, resample } from './bootstrap.js';
export { type CalibrationOptions, ece, mce, reliability } from './calibration.js';
export { calibrate } from './calibrators/calibrate.js';
export type {
  Calibration,
  IsotonicCalibration,
  PlattCalibration,
  TemperatureCalibration,
} from './calibrators/calibration.js';
export { fitIsotonic } from './calibrators/isotonic.js';
export type { ClassLogits } from './calibrators/logits.js';
export { fitPlatt } from './calibrators/platt.js';
export { type FitOptions, fitTemperature } from './calibrators/temperature.js';
export { type ClassScore, classScores } from './classes/class-scores.js';
export { balancedAccuracy, mcc, microF1, weightedF1 } from './classes/f1.js';
export { compare, type Compared, type CompareOptions, type NamedRows } from './compare.js';
export type { Comparison } from './comparison.js';
export { comparisonSentence, type SentenceOptions } from './comparison-sentence.js';
export { type Confusion, confusion } from './confusion.js';
export { type MachineCost, type PaidCost, type TokenCost, usdPerMillion } from './cost.js';
export type { DataLeak, DataReport, LabelCount } from './data-report.js';
export {
  distillationLoss,
  jensenShannon,
  reverseDivergence,
  teacherDivergence,
  totalVariation,
} from './divergences.js';
export { equalMassEce } from './equal-mass-ece.js';
export type { ExperimentResult, ExperimentSystem, Machine } from './experiment-result.js';
export { agreement } from './fidelity.js';
export { type AgreementOn, fidelityReport, type FidelityReport } from './fidelity-report.js';
export {
  hitsAt,
  linkMrr,
  linkRank,
  type LinkRank,
  type LinkScores,
  type LinkTarget,
} from './graph/link-ranking.js';
export {
  type OverlapOptions,
  rankBiasedOverlap,
  type RankedLists,
} from './graph/rank-biased-overlap.js';
export {
  type Member,
  type MemberSets,
  setF1,
  type SetOptions,
  setPrecision,
  setRecall,
} from './graph/set-overlap.js';
export {
  answerCoverage,
  type Edge,
  pathRecall,
  type Subgraph,
  type SubgraphGold,
  subgraphPrecision,
  subgraphSize,
} from './graph/subgraph.js';
export type { Interval } from './interval.js';
export { labelEfficiency, type LabelEfficiency, type LabelPoint } from './label-efficiency.js';
export { type Latency, type LatencyOptions, measureLatency } from './latency.js';
export { brier, nll } from './likelihood.js';
export { macroF1 } from './macro-f1.js';
export { type Discordant, mcnemar, type McNemarOptions, type McNemarResult } from './mcnemar.js';
export { metricText, type MetricText } from './metric-text.js';
export { surestMistakes, type WrongAnswer } from './mistakes.js';
export { pairedT, type PairedT } from './paired-t.js';
export { experimentResultJson, parseExperimentResult } from './parse-experiment-result.js';
export { parseRunReport, runReportJson } from './parse-run-report.js';
export {
  type PrecisionOptions,
  precisionThreshold,
  type PrecisionThreshold,
} from './precision-threshold.js';
export type { ClassLabels, ClassProbabilities, Predictions, References } from './predictions.js';
export { topLabels } from './predictions.js';
export { proportionLow } from './proportion.js';
export { quantile } from './quantile.js';
export { rankAgreement, type RankAgreementOptions } from './rank-agreement.js';
export {
  type CutOptions,
  meanAveragePrecision,
  precisionAt,
  recallAt,
  reciprocalRank,
  type RelevanceOptions,
  successAt,
} from './ranking/binary-relevance.js';
export { ndcg, type NdcgOptions } from './ranking/ndcg.js';
export type { RankingOptions } from './ranking/order.js';
export { parseQrels, parseRun, type Qrels, type Run } from './ranking/qrels.js';
export { meanAbsoluteError, rootMeanSquaredError, rSquared } from './regression/errors.js';
export type { Numbers } from './regression/numbers.js';
export { pearson } from './regression/pearson.js';
export { kendall, spearman } from './regression/rank-correlation.js';
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
export { retention, type Retention } from './retention.js';
export { aurc, riskCoverage, type RiskOptions, type RiskPoint } from './risk-coverage.js';
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
export { entities, type Entity, type TagScheme } from './sequence/entities.js';
export {
  entityF1,
  type EntityOptions,
  entityScores,
  type EntityScore,
  type TagSequences,
} from './sequence/entity-f1.js';
export { perplexity, type TokenLogProbabilities } from './sequence/perplexity.js';
export { servingCost, type ServingCost, type ServingMeasures } from './serving-cost.js';
export { benjaminiHochberg, holm } from './several-tests.js';
export { signFlip, type SignFlipOptions } from './sign-flip.js';
export { pickRows, type SliceOptions, slices } from './slices.js';
export type { StoredPredictions } from './stored-predictions.js';
export { type MeasuredSystem, systemReport } from './system-report.js';
export { anls, type AnlsOptions } from './text/anls.js';
export { bleu, type BleuOptions, sentenceBleu } from './text/bleu.js';
export type { BleuSmoothing } from './text/bleu-score.js';
export { chrf, type ChrfOptions } from './text/chrf.js';
export { distinct, type DistinctOptions } from './text/distinct.js';
export type { TextReferences } from './text/references.js';
export { rougeL, type RougeOptions, rougeScore, type RougeScore } from './text/rouge.js';
export { selfBleu, type SelfBleuOptions } from './text/self-bleu.js';
export { exactMatch, tokenF1 } from './text/squad.js';
export { tokenise13a } from './text/tokenise-13a.js';
export { isWeighted, type WeightedMetric, weightedMetric } from './weighted-metric.js';
