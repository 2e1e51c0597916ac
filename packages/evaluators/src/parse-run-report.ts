import type { Interval } from './interval.js';
import { checkStoredPredictions, dataCheck, predictionsCheck } from './parse-report-data.js';
import { comparisonCheck, machineCheck } from './parse-experiment-result.js';
import {
  checkConfusion,
  confusionCheck,
  curveCheck,
  labelEfficiencyCheck,
  labelErrorCheck,
  mappingCheck,
  mistakeCheck,
  reliabilityCheck,
  riskCoverageCheck,
} from './parse-report-details.js';
import { roles } from './roles.js';
import type {
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
import {
  checkFormat,
  count,
  type Check,
  fields,
  flag,
  list,
  number,
  oneOf,
  table,
  text,
} from './schema.js';

const share = number(0, 1);
const accuracy = fields<Interval>({ value: share, low: share, high: share });

type Item<T> = NonNullable<T> extends readonly (infer Inner)[] ? Inner : never;

const dataset = fields<ReportDataset>(
  {
    name: text,
    rows: count,
    sha256: text,
    classes: list(text),
    splits: list(
      fields<Item<ReportDataset['splits']>>({ name: text, rows: count, groups: count }, ['groups']),
    ),
    license: text,
    source: text,
    note: text,
  },
  ['sha256', 'splits', 'license', 'source', 'note'],
);

const system = fields<SystemReport>(
  {
    name: text,
    role: oneOf(...roles),
    accuracy,
    abstained: count,
    macroF1: share,
    nll: number(0),
    brier: number(0, 2),
    ece: share,
    agreement: share,
    latencyMs: fields<LatencyMs>({ p50: number(0), p95: number(0) }),
    sizeBytes: count,
    gzipBytes: count,
    parameters: count,
    n: count,
    seeds: list(fields<Item<SystemReport['seeds']>>({ seed: count, accuracy: share })),
    labels: count,
    metrics: table(number()),
    note: text,
  },
  [
    'abstained',
    'macroF1',
    'nll',
    'brier',
    'ece',
    'agreement',
    'latencyMs',
    'sizeBytes',
    'gzipBytes',
    'parameters',
    'seeds',
    'labels',
    'metrics',
    'note',
  ],
);

const set = fields<SetReport>(
  { set: text, system: text, accuracy, macroF1: share, ece: share, n: count },
  ['macroF1', 'ece'],
);

const slice = fields<SliceReport>(
  { by: text, value: text, system: text, accuracy, n: count, groups: count },
  ['groups'],
);

const teacher = fields<TeacherReport>(
  { id: text, asked: count, cached: count, costUsd: number(0), seconds: number(0), terms: text },
  ['id', 'terms'],
);

const stage = fields<StageReport>(
  { name: text, seconds: number(0), cached: flag, peakRssBytes: count },
  ['cached', 'peakRssBytes'],
);

const student = fields<StudentReport>(
  {
    weightsSha256: text,
    parameters: count,
    architecture: text,
    training: table(text),
    files: list(
      fields<Item<StudentReport['files']>>(
        { path: text, sizeBytes: count, gzipBytes: count, sha256: text },
        ['gzipBytes'],
      ),
    ),
    gate: list(fields<Item<StudentReport['gate']>>({ name: text, passed: flag, detail: text })),
    canary: oneOf('passed', 'warned', 'off'),
  },
  ['architecture', 'training', 'gate', 'canary'],
);

const check: Check<RunReport> = fields<RunReport>(
  {
    formatVersion: oneOf(1),
    name: text,
    title: text,
    summary: text,
    headline: text,
    command: text,
    finishedAt: text,
    seeds: list(count),
    dataset,
    systems: list(system),
    sets: list(set),
    slices: list(slice),
    comparisons: list(comparisonCheck),
    teacher,
    stages: list(stage),
    curves: list(curveCheck),
    labelEfficiency: labelEfficiencyCheck(accuracy),
    confusion: list(confusionCheck),
    reliability: list(reliabilityCheck),
    riskCoverage: list(riskCoverageCheck),
    mistakes: list(mistakeCheck),
    labelErrors: list(labelErrorCheck),
    labelErrorsNote: text,
    data: dataCheck,
    predictions: predictionsCheck,
    labelMapping: list(mappingCheck),
    student,
    machine: machineCheck,
    versions: table(text),
    notes: list(text),
  },
  [
    'title',
    'summary',
    'headline',
    'command',
    'sets',
    'teacher',
    'curves',
    'labelEfficiency',
    'confusion',
    'reliability',
    'riskCoverage',
    'mistakes',
    'labelErrors',
    'labelErrorsNote',
    'data',
    'predictions',
    'labelMapping',
    'student',
    'machine',
    'versions',
    'notes',
  ],
);

/**
 * Reads a run's report; fields that this version does not know are kept.
 *
 * @param value - what `JSON.parse` returned
 * @throws LimbeckError `format-too-new` for a file of a later version; `invalid-data` for anything else that does not fit
 */
export function parseRunReport(value: unknown): RunReport {
  checkFormat('report', value, 1);
  check(value, 'report');
  const report = value as RunReport;
  report.confusion?.forEach(checkConfusion);
  checkStoredPredictions(report);
  return report;
}

/** The report as the text of its file. @throws LimbeckError `invalid-data` if it would not be read again */
export function runReportJson(report: RunReport): string {
  const text = JSON.stringify(parseRunReport(report), null, 2);
  return `${text.replaceAll(numberList, (found) => found.replaceAll(/\s+/gu, ' '))}\n`;
}

/** A list of numbers alone over several lines; texts hold no line break in JSON. One line each halves the file. */
const numberList = /\[\n\s+-?\d[\d.eE+-]*(?:,\n\s+-?\d[\d.eE+-]*)*\n\s+\]/gu;
