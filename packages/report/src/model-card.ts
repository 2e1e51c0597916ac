import type { JsonObject } from '@limbeck/core';
import { comparisonSentence, parseRunReport, type RunReport } from '@limbeck/evaluators';
import { cardMetadata, cardTags } from './card-metadata.js';
import { bytes, count, milliseconds, moment, percent, range } from './format.js';
import { fence, line, section, table } from './markdown.js';
import { controlRoles, roleNames, studentOf } from './pick-systems.js';
import { studentLimits } from './student-limits.js';

/** What a model card says that no run can know. */
export interface ModelCardOptions {
  /** The weights' licence, as an SPDX identifier in lower case; left out where not decided. */
  readonly license?: string;
  /** Tags of the Hugging Face hub, beside those that always hold. */
  readonly tags?: readonly string[];
  /** Natural languages of the inputs, as ISO 639-1 codes. */
  readonly language?: readonly string[];
  /** The hub's name of the task. @defaultValue 'text-classification' */
  readonly pipelineTag?: string;
  /** What the student is meant for, as sentences. @defaultValue the report's summary */
  readonly intendedUse?: string;
  /** Limits beyond those that the numbers show, one sentence each. */
  readonly limits?: readonly string[];
  /** Lines of TypeScript that use the student. */
  readonly usage?: string;
}

/**
 * The student's model card: Markdown with the metadata that the Hugging Face hub reads, made from the run's own records.
 * It holds the sha256 of the weights, seeds, data, controls, limits and provenance.
 *
 * @throws LimbeckError `invalid-data` and `format-too-new` as `parseRunReport`
 */
export function modelCard(report: RunReport, options: ModelCardOptions = {}): string {
  const checked = parseRunReport(report);
  const parts = [
    cardMetadata(checked, options),
    `# ${line(checked.title ?? checked.name)}`,
    ...(checked.summary === undefined ? [] : [line(checked.summary)]),
    ...(checked.headline === undefined ? [] : [`> ${line(checked.headline)}`]),
    section('Intended use', [line(options.intendedUse ?? checked.summary ?? 'Not stated.')]),
    ...(options.usage === undefined ? [] : [section('How to use it', [fence(options.usage)])]),
    section('Results', results(checked)),
    section('Controls', controls(checked)),
    section('Limits', [
      studentLimits(checked, options.limits ?? [])
        .map((sentence) => `- ${line(sentence)}`)
        .join('\n'),
    ]),
    section('Data', data(checked)),
    section('Training and provenance', provenance(checked)),
    section('Files', files(checked)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/**
 * The student's model card as data, for programs: what {@link modelCard} says in words.
 *
 * @throws LimbeckError `invalid-data` and `format-too-new` as `parseRunReport`
 */
export function modelCardJson(report: RunReport, options: ModelCardOptions = {}): JsonObject {
  const checked = parseRunReport(report);
  const { name, title, summary, headline, finishedAt, seeds, command } = checked;
  const { systems, comparisons, dataset, teacher, student, machine, versions } = checked;
  const { license, tags = [], language = [], intendedUse, usage } = options;
  const own = studentOf(checked)?.name;
  const card = {
    formatVersion: 1,
    name,
    title,
    summary,
    headline,
    license,
    language,
    tags: cardTags(tags),
    pipelineTag: options.pipelineTag ?? 'text-classification',
    intendedUse: intendedUse ?? summary,
    usage,
    student: own,
    results: systems,
    controls: systems.filter(({ role }) => controlRoles.includes(role)).map((one) => one.name),
    comparisons: comparisons.map((one) => ({ ...one, sentence: comparisonSentence(one) })),
    limits: studentLimits(checked, options.limits ?? []),
    data: dataset,
    teacher,
    shipped: student,
    provenance: { finishedAt, seeds, command, machine, versions },
  };
  // Leaves out what is not known.
  return JSON.parse(JSON.stringify(card)) as JsonObject;
}

function results({ systems }: RunReport): string[] {
  const rows = systems.map(({ name, role, accuracy, macroF1, ece, latencyMs, sizeBytes, n }) => [
    name,
    roleNames[role],
    `${percent(accuracy.value)} (${range(accuracy)})`,
    macroF1 === undefined ? '' : percent(macroF1),
    ece === undefined ? '' : percent(ece),
    latencyMs === undefined ? '' : milliseconds(latencyMs.p50),
    sizeBytes === undefined ? '' : bytes(sizeBytes),
    count(n),
  ]);
  const head = ['System', 'Role', 'Accuracy (95% interval)', 'Macro-F1', 'ECE', 'p50', 'Size', 'n'];
  return [
    table(head, rows),
    'All systems were measured on the same items. Abstentions count as wrong. Intervals resample whole groups of items.',
  ];
}

function controls(report: RunReport): string[] {
  const { systems, comparisons } = report;
  const present = systems.filter((system) => controlRoles.includes(system.role));
  const said = comparisons.map((comparison) => `- ${line(comparisonSentence(comparison))}`);
  const list = present.map(
    ({ name, role, accuracy }) =>
      `- ${line(name)}${roleNames[role] === name ? '' : ` (${roleNames[role]})`}: ${percent(accuracy.value)}`,
  );
  return [
    present.length === 0
      ? 'No control was run: what the teacher was good for is not known.'
      : `The same student without the teacher’s signals:\n\n${list.join('\n')}`,
    ...(said.length === 0 ? [] : [`Paired comparisons:\n\n${said.join('\n')}`]),
  ];
}

function data({ dataset }: RunReport): string[] {
  const { name, rows, classes, splits = [], license, source, sha256, note } = dataset;
  const parts = splits.map(
    (split) =>
      `${line(split.name)} ${count(split.rows)}${split.groups === undefined ? '' : ` of ${count(split.groups)} groups`}`,
  );
  const facts = [
    `- Name: ${line(name)}, ${count(rows)} rows`,
    `- Classes: ${classes.map(line).join(', ')}`,
    ...(parts.length === 0 ? [] : [`- Split: ${parts.join('; ')}`]),
    ...(source === undefined ? [] : [`- Source: ${line(source)}`]),
    ...(license === undefined ? [] : [`- Licence: ${line(license)}`]),
    ...(sha256 === undefined ? [] : [`- sha256: \`${sha256}\``]),
  ];
  return [facts.join('\n'), ...(note === undefined ? [] : [line(note)])];
}

function provenance(report: RunReport): string[] {
  const {
    teacher,
    student,
    seeds,
    command,
    machine,
    finishedAt,
    versions = {},
    notes = [],
  } = report;
  const facts = [
    ...(student?.architecture === undefined ? [] : [`- Family: ${line(student.architecture)}`]),
    ...(student === undefined ? [] : [`- Weights: ${count(student.parameters)}`]),
    ...Object.entries(student?.training ?? {}).map(
      ([name, value]) => `- ${line(name)}: ${line(value)}`,
    ),
    ...(teacher === undefined
      ? ['- Teacher: none']
      : [
          `- Teacher: ${line(teacher.id ?? 'not named')}, asked ${count(teacher.asked)} times, ${count(teacher.cached)} answers cached`,
          ...(teacher.terms === undefined ? [] : [`- Teacher’s terms: ${line(teacher.terms)}`]),
        ]),
    `- Seeds: ${seeds.join(', ')}`,
    ...(student?.canary === undefined
      ? []
      : [`- Alignment check of the targets: ${student.canary}`]),
    ...(command === undefined ? [] : [`- Command: \`${command.replaceAll('`', '')}\``]),
    ...(machine === undefined
      ? []
      : [
          `- Machine: ${line(machine.cpu)}, ${machine.cores} cores, Node ${line(machine.node)}, ONNX Runtime ${line(machine.onnxruntime)}`,
        ]),
    ...Object.entries(versions).map(([name, version]) => `- ${line(name)} ${line(version)}`),
    `- Finished: ${moment(finishedAt)}`,
  ];
  return [facts.join('\n'), ...notes.map(line)];
}

function files({ student }: RunReport): string[] {
  if (student === undefined) return [];
  const { files: all, gate = [], weightsSha256 } = student;
  return [
    `sha256 of the weights: \`${weightsSha256}\``,
    table(
      ['File', 'Size', 'sha256'],
      all.map(({ path, sizeBytes, sha256 }) => [path, bytes(sizeBytes), sha256]),
    ),
    ...(gate.length === 0
      ? []
      : [
          gate
            .map((g) => `- ${line(g.name)} ${g.passed ? 'passed' : 'failed'}: ${line(g.detail)}`)
            .join('\n'),
        ]),
  ];
}
