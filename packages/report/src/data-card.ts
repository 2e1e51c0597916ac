import { type JsonObject, LimbeckError } from '@limbeck/core';
import { type DataReport, parseRunReport, type RunReport } from '@limbeck/evaluators';
import { badReasonsOf } from './bad-reasons.js';
import { count, percent } from './format.js';
import { licenseLines, line, section, table, yaml } from './markdown.js';

/** What a data card says that no run can know. */
export interface DataCardOptions {
  /** The data's licence, as an SPDX identifier in lower case. @defaultValue that of the report's data set */
  readonly license?: string;
  /** Tags of the Hugging Face hub. */
  readonly tags?: readonly string[];
  /** Natural languages of the inputs, as ISO 639-1 codes. @defaultValue those of the report */
  readonly language?: readonly string[];
  /** The hub's name of the task. @defaultValue 'text-classification' */
  readonly taskCategory?: string;
  /** Who or what gave the labels, as sentences. */
  readonly labelling?: string;
  /** Limits and risks, one sentence each. */
  readonly limits?: readonly string[];
}

/**
 * The card of the data that a run used: Markdown with the metadata that the Hugging Face hub reads, made from the run's
 * own records.
 *
 * @throws LimbeckError `missing-signal` for a report without `data`; `invalid-data` and `format-too-new` as
 * `parseRunReport`
 */
export function dataCard(report: RunReport, options: DataCardOptions = {}): string {
  const { report: checked, data } = checkData(report, 'dataCard');
  const { dataset } = checked;
  const { labelling, limits = [] } = options;
  const parts = [
    metadata(checked, data, options),
    `# ${line(dataset.name)}`,
    ...(dataset.note === undefined ? [] : [line(dataset.note)]),
    section('Where the records went', counts(checked, data)),
    section('Classes', [classes(data)]),
    section('Lengths', lengths(data)),
    section('Repeats and leaks', repeats(data)),
    section('Labelling', labelling === undefined ? [] : [line(labelling)]),
    section(
      'Limits',
      limits.length === 0 ? [] : [limits.map((one) => `- ${line(one)}`).join('\n')],
    ),
    section('Source', source(checked, options)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/**
 * The data card as data, for programs.
 *
 * @throws LimbeckError as {@link dataCard}
 */
export function dataCardJson(report: RunReport, options: DataCardOptions = {}): JsonObject {
  const { report: checked, data } = checkData(report, 'dataCardJson');
  const { dataset, labelErrors } = checked;
  const card = {
    formatVersion: 1,
    ...dataset,
    ...data,
    license: options.license ?? dataset.license,
    language: options.language ?? data.language,
    tags: options.tags,
    taskCategory: options.taskCategory ?? 'text-classification',
    labelling: options.labelling,
    limits: options.limits,
    labelErrorCandidates: labelErrors?.length,
  };
  return JSON.parse(JSON.stringify(card)) as JsonObject;
}

function checkData(
  report: RunReport,
  where: string,
): { readonly report: RunReport; readonly data: DataReport } {
  const checked = parseRunReport(report);
  if (checked.data !== undefined) return { report: checked, data: checked.data };
  throw new LimbeckError('missing-signal', {
    where,
    given: 'a report without data',
    expected: 'report.data, which says where the records went',
    next: 'Write it when the data are read and split, or do without a data card.',
  });
}

function metadata(report: RunReport, data: DataReport, options: DataCardOptions): string {
  const { dataset } = report;
  const { license = dataset.license, tags = [], taskCategory = 'text-classification' } = options;
  const { language = data.language ?? [] } = options;
  const listed = (name: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${name}:`, ...values.map((value) => `- ${yaml(value)}`)];
  return [
    '---',
    ...licenseLines(license),
    ...listed('language', language),
    `pretty_name: ${yaml(dataset.name)}`,
    ...listed('task_categories', [taskCategory]),
    ...listed('size_categories', [sizeCategory(dataset.rows)]),
    ...listed('tags', tags),
    ...(dataset.splits === undefined || dataset.splits.length === 0
      ? []
      : [
          'dataset_info:',
          '  splits:',
          ...dataset.splits.flatMap(({ name, rows }) => [
            `  - name: ${yaml(name)}`,
            `    num_examples: ${rows}`,
          ]),
        ]),
    '---',
  ].join('\n');
}

/** The hub's classes of size. */
function sizeCategory(rows: number): string {
  const steps = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];
  const names = ['1K', '10K', '100K', '1M', '10M', '100M', '1B', '10B', '100B', '1T'];
  const i = steps.findIndex((step) => rows < step);
  if (i === 0) return 'n<1K';
  return i < 0 ? 'n>1T' : `${names[i - 1]!}<n<${names[i]!}`;
}

function counts({ dataset }: RunReport, data: DataReport): string[] {
  const { records, bad, leftOut = {}, deadLetter, columns = {} } = data;
  const share = (n: number): string => (records === 0 ? '' : percent(n / records));
  const rows = [
    ['Records in the files', count(records), ''],
    ...(bad === undefined ? [] : [['Could not be read', count(bad), share(bad)]]),
    ...badReasonsOf(data).map(([reason, n]) => [`– ${reason}`, count(n), share(n)]),
    ...Object.entries(leftOut).map(([reason, n]) => [`Left out: ${reason}`, count(n), share(n)]),
    ...(dataset.splits ?? []).map(({ name, rows: n }) => [`To ${name}`, count(n), share(n)]),
  ];
  const read = Object.entries(columns).map(([part, from]) => `${part} from ${from}`);
  return [
    table(['Records', 'How many', 'Share'], rows),
    ...(read.length === 0 ? [] : [line(`Columns: ${read.join('; ')}.`)]),
    ...(deadLetter === undefined
      ? []
      : [line(`Records that could not be read lie in ${deadLetter}.`)]),
  ];
}

function classes({ labels }: DataReport): string {
  const splits = [...new Set(labels.flatMap((one) => Object.keys(one.splits ?? {})))];
  const total = labels.reduce((sum, { rows }) => sum + rows, 0);
  return table(
    ['Class', 'Rows', 'Share', ...splits],
    labels.map(({ label, rows, splits: own = {} }) => [
      label,
      count(rows),
      total === 0 ? '' : percent(rows / total),
      ...splits.map((split) => count(own[split] ?? 0)),
    ]),
  );
}

function lengths({ lengths: found }: DataReport): string[] {
  if (found === undefined) return [];
  const { unit, quantiles, cut } = found;
  return [
    table(
      ['Share of inputs', `At most so many ${unit}`],
      quantiles.map(({ share, value }) => [percent(share, 0), count(value)]),
    ),
    ...(cut === undefined ? [] : [`${count(cut)} inputs are longer than the student reads.`]),
  ];
}

function repeats({ duplicates, leaks = [] }: DataReport): string[] {
  return [
    ...(duplicates === undefined
      ? []
      : [
          line(
            `${count(duplicates.exact)} records repeat another one exactly${duplicates.near === undefined ? '' : `, ${count(duplicates.near)} nearly`}. ${duplicates.note ?? ''}`,
          ),
        ]),
    ...(leaks.length === 0
      ? []
      : [
          table(
            ['Parts', 'Exact in both', 'Nearly in both', 'Groups in both'],
            leaks.map(({ between, exact, near, groups }) => [
              between.join(' and '),
              count(exact),
              near === undefined ? 'not looked for' : count(near),
              groups === undefined ? 'no groups' : count(groups),
            ]),
          ),
        ]),
  ];
}

function source({ dataset, finishedAt }: RunReport, options: DataCardOptions): string[] {
  const { source: from, sha256, license: own } = dataset;
  const { license = own } = options;
  const facts = [
    ...(from === undefined ? [] : [`- From: ${line(from)}`]),
    `- Licence: ${license === undefined ? 'not stated' : line(license)}`,
    ...(sha256 === undefined ? [] : [`- sha256: \`${sha256}\``]),
    `- Read: ${finishedAt.slice(0, 10)}`,
  ];
  return [facts.join('\n')];
}
