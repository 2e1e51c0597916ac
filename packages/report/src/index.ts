export { compareRuns } from './compare/compare-runs.js';
export { comparisonText, type ComparisonTextOptions } from './compare/comparison-text.js';
export { renderComparison } from './compare/render-comparison.js';
export type {
  ComparedRun,
  CompareRunsOptions,
  ItemCounts,
  MeasureChange,
  RunComparison,
  RunSide,
  SliceChange,
  SystemChange,
} from './compare/run-comparison.js';
export type { SettingChange } from './compare/settings.js';
export { dataCard, type DataCardOptions, dataCardJson } from './data-card.js';
export { modelCard, modelCardJson, type ModelCardOptions } from './model-card.js';
export { renderReport, type RenderOptions } from './render-report.js';
