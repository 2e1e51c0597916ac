import type { DataReport } from '@limbeck/evaluators';
import { partNames } from '../example.js';
import { deadLetterFile } from '../steps/read-step.js';
import type { ReportParts } from './build-report.js';

/** Where the records went, for the data card. */
export function dataReport(given: ReportParts, maxBytes: number): DataReport {
  const { read, split, parts, settled, options } = given;
  const { columns } = settled;
  const texts = partNames.flatMap((part) => parts[part].map(({ text }) => text));
  const lengths = texts.map((text) => text.length).sort((a, b) => a - b);
  const at = (share: number): number => lengths[Math.round(share * (lengths.length - 1))]!;
  const repeated = read.leftOut['repeated text'] ?? 0;
  const { dropped, droppedUnlabelled } = split;
  return {
    records: read.records,
    bad: read.bad,
    ...(read.bad === 0
      ? {}
      : { badReasons: read.badReasons, deadLetter: `steps/read/${deadLetterFile}` }),
    leftOut: {
      ...read.leftOut,
      ...(dropped.exact + dropped.near === 0
        ? {}
        : { 'training text of a given held-out set': dropped.exact + dropped.near }),
      ...(droppedUnlabelled === 0
        ? {}
        : { 'text without label near a held-out one': droppedUnlabelled }),
    },
    duplicates: {
      exact: repeated + dropped.exact,
      near: split.near,
      note: 'Of equal texts one was kept; near ones are on one side of the split.',
    },
    leaks: [
      { between: ['train', 'validation'], exact: 0, near: 0, groups: 0 },
      { between: ['train', 'test'], exact: 0, near: 0, groups: 0 },
      { between: ['validation', 'test'], exact: 0, near: 0, groups: 0 },
    ],
    labels: read.labels.map((label, index) => {
      const splits = (['train', 'validation', 'test'] as const).map(
        (part) => [part, parts[part].filter((example) => example.label === index).length] as const,
      );
      return {
        label,
        rows: splits.reduce((sum, [, rows]) => sum + rows, 0),
        splits: Object.fromEntries(splits),
      };
    }),
    lengths: {
      unit: 'characters',
      quantiles: [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].map((share) => ({ share, value: at(share) })),
      cut: texts.filter((text) => Buffer.byteLength(text) > maxBytes).length,
    },
    columns: {
      text: columns.text.join(', '),
      label: columns.label,
      ...(columns.group === undefined ? {} : { group: columns.group }),
    },
    ...(options.about?.language === undefined ? {} : { language: options.about.language }),
  };
}
