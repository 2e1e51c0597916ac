import { LimbeckError } from '@limbeck/core';
import type { Interval } from './interval.js';
import type {
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
import { type Check, count, fields, list, nullable, number, table, text } from './schema.js';

const share = number(0, 1);

/** Checks a {@link TrainingCurve}. */
export const curveCheck = fields<TrainingCurve>({
  system: text,
  points: list(fields<TrainingCurve['points'][number]>({ step: count, values: table(number()) })),
});

/** Checks a {@link LabelEfficiencyReport}. */
export function labelEfficiencyCheck(accuracy: Check<Interval>): Check<LabelEfficiencyReport> {
  return fields<LabelEfficiencyReport>({
    points: list(
      fields<LabelEfficiencyReport['points'][number]>({ labels: count, share, accuracy }),
    ),
    distilled: fields<LabelEfficiencyReport['distilled']>({ labels: count, accuracy }),
    equivalentLabels: nullable(count),
    sentence: text,
  });
}

/** Checks a {@link ConfusionReport}. */
export const confusionCheck = fields<ConfusionReport>(
  { system: text, classes: list(text), counts: list(list(count)), abstained: list(count) },
  ['abstained'],
);

/** Checks what the form cannot say of a {@link ConfusionReport}: a count for every pair of classes. @throws LimbeckError `invalid-data` */
export function checkConfusion({ system, classes, counts, abstained }: ConfusionReport): void {
  const n = classes.length;
  const isWhole = counts.length === n && counts.every((row) => row.length === n);
  if (isWhole && (abstained === undefined || abstained.length === n)) return;
  throw new LimbeckError('invalid-data', {
    where: 'report',
    given: `the confusion of ${system} for ${n} classes with rows of ${counts.map((row) => row.length).join(', ') || 'nothing'}`,
    expected: '[classes, classes] counts and, where there are any, [classes] abstentions',
    next: 'Pass what confusion() returned, with the names of all classes.',
  });
}

/** Checks a {@link ReliabilityReport}. */
export const reliabilityCheck = fields<ReliabilityReport>({
  system: text,
  ece: share,
  bins: list(
    fields<ReliabilityBin>({ low: share, high: share, count, confidence: share, accuracy: share }),
  ),
});

/** Checks a {@link Mistake}. */
export const mistakeCheck = fields<Mistake>(
  {
    system: text,
    text,
    label: text,
    predicted: text,
    probability: share,
    teacher: text,
    source: text,
  },
  ['system', 'teacher', 'source'],
);

/** Checks a {@link RiskCoverageReport}. */
export const riskCoverageCheck = fields<RiskCoverageReport>(
  {
    system: text,
    points: list(fields<RiskCoverageReport['points'][number]>({ coverage: share, risk: share })),
    area: share,
  },
  ['area'],
);

/** Checks a {@link LabelErrorCandidate}. */
export const labelErrorCheck = fields<LabelErrorCandidate>(
  { text, label: text, suggested: text, probability: share, source: text },
  ['source'],
);

/** Checks a {@link LabelMapping}. */
export const mappingCheck = fields<LabelMapping>(
  {
    system: text,
    entries: list(fields<LabelMapping['entries'][number]>({ from: text, to: nullable(text) })),
    unknown: list(text),
  },
  ['unknown'],
);
