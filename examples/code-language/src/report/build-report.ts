import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import {
  accuracy,
  bootstrap,
  confusion,
  ece,
  type LabelEfficiencyReport,
  type LabelMapping,
  labelEfficiency,
  type Mistake,
  reliability,
  type RunReport,
  type StageReport,
  surestMistakes,
} from '@limbeck/evaluators';
import type { ExportRecord } from '@limbeck/train';
import type { Corpus, Snippet } from '../corpus/index.js';
import type { Labelled } from '../label.js';
import { sampleOf } from '../sample.js';
import type { Candidate, Settings } from '../settings.js';
import type { Choice, StudentOutput } from '../steps/student-steps.js';
import { names, type System } from '../systems.js';
import {
  comparisonRows,
  sampled,
  type SampledSystem,
  setRows,
  sliceRows,
  type SystemFacts,
  systemRows,
} from './report-systems.js';

/** Everything that a report is made of. */
export interface ReportParts {
  readonly corpus: Corpus;
  readonly settings: Settings;
  readonly candidate: Candidate;
  readonly choice: Choice;
  readonly systems: readonly System[];
  readonly int8: SampledSystem;
  readonly peers: readonly SampledSystem[];
  readonly labelMapping: readonly LabelMapping[];
  readonly curve: readonly {
    readonly share: number;
    readonly labels: number;
    readonly system: System;
  }[];
  readonly students: readonly StudentOutput[];
  readonly facts: { readonly [system: string]: SystemFacts };
  readonly labelled: Labelled;
  readonly exported: ExportRecord;
  readonly command: string;
}

/** Accuracy by labels without a teacher, and where the distilled student lies. */
function efficiency(
  parts: ReportParts,
  sample: readonly number[],
  items: readonly Snippet[],
): LabelEfficiencyReport {
  const truth = items.map(({ label }) => label);
  const clusters = items.map(({ group }) => group);
  const measured = (system: System) =>
    bootstrap(
      accuracy(),
      sampled(system, sample).runs.map((run) => accuracy().rows(run, truth)),
      { clusters },
    );
  const points = parts.curve.map(({ share, labels, system }) => ({
    share,
    labels,
    accuracy: measured(system),
  }));
  const distilled = parts.systems.find(({ name }) => name === names.student)!;
  const labels = distilled.labels!;
  const value = measured(distilled);
  const found = labelEfficiency(
    points.map((point) => ({ labels: point.labels, accuracy: point.accuracy.value })),
    value.value,
    labels,
  );
  return {
    points,
    distilled: { labels, accuracy: value },
    equivalentLabels: found.equivalentLabels,
    sentence: found.sentence,
  };
}

function mistakes(
  student: SampledSystem,
  teacher: SampledSystem,
  items: readonly Snippet[],
  corpus: Corpus,
): Mistake[] {
  const [run] = student.runs;
  const said = teacher.runs[0]!;
  return surestMistakes(
    run!,
    items.map(({ label }) => label),
    { limit: 12 },
  ).map(({ item, label, predicted, probability }) => ({
    system: student.name,
    text: items[item]!.text,
    label: corpus.languages[label]!,
    predicted: corpus.languages[predicted]!,
    probability,
    teacher: corpus.languages[firstChoice(said, item)]!,
    source: items[item]!.file,
  }));
}

function firstChoice(run: SampledSystem['runs'][number], item: number): number {
  if ('labels' in run) return run.labels[item]!;
  const row = run.probabilities.slice(item * run.classes, (item + 1) * run.classes);
  return row.indexOf(Math.max(...row));
}

/** The report of a run, without its stages: those are known when the run has ended. */
export function buildReport(parts: ReportParts): Omit<RunReport, 'stages'> {
  const { corpus, settings, systems, peers, int8, students, exported, candidate } = parts;
  const sample = sampleOf(corpus.test, settings.perLanguage);
  const items = sample.map((index) => corpus.test[index]!);
  const truth = items.map(({ label }) => label);
  const trained = systems.map((system) => sampled(system, sample));
  const all = [...trained.slice(0, 2), int8, ...trained.slice(2), ...peers];
  const [teacher, student] = [trained[0]!, trained[1]!];
  const bought = efficiency(parts, sample, items);
  const shipped = students.find(({ file }) => file === `distilled-${settings.seeds[0]}`)!;
  const soft = [teacher, student, int8];
  const groups = (rows: readonly Snippet[]): number => new Set(rows.map(({ group }) => group)).size;
  const { train, validation, test, second } = corpus;
  return {
    formatVersion: 1,
    name: 'code-language',
    title: settings.smoke
      ? 'Which language is this snippet? A small run, whose numbers mean nothing'
      : 'Which language is this snippet?',
    summary: `A student of ${exported.parameters.toLocaleString('en-US')} weights tells ${corpus.languages.length} languages apart from windows of 1 to 20 lines.`,
    headline: bought.sentence,
    command: parts.command,
    finishedAt: new Date().toISOString(),
    seeds: settings.seeds,
    dataset: {
      name: 'Source windows of npm packages',
      rows: train.length + validation.length + test.length + second.length,
      classes: corpus.languages,
      splits: [
        { name: 'train', rows: train.length, groups: groups(train) },
        { name: 'validation', rows: validation.length, groups: groups(validation) },
        { name: 'test', rows: test.length, groups: groups(test) },
        { name: 'other ecosystems', rows: second.length, groups: groups(second) },
      ],
      source:
        'Packages of the npm registry, listed by name and version in examples/code-language/corpus',
      license: 'permissive licences of the packages',
      note: `Split by package: none is on two sides. Intervals are clustered by package. The table asks every system about the same ${settings.perLanguage} test windows a language.`,
    },
    systems: systemRows(all, items, parts.facts),
    sets: setRows(systems, corpus),
    slices: sliceRows(all, items, corpus),
    comparisons: comparisonRows(all, items),
    teacher: {
      id: parts.labelled.teacher,
      asked: parts.labelled.asked,
      cached: parts.labelled.cached,
      costUsd: parts.labelled.costUsd,
      seconds: parts.labelled.seconds,
    },
    curves: students
      .filter(({ seed }) => seed === settings.seeds[0])
      .map(({ file, curve }) => ({ system: file.replace(/-\d+$/, ''), points: lossTerms(curve) })),
    labelEfficiency: bought,
    confusion: [
      { system: student.name, ...confusion(student.runs[0]!, truth), classes: corpus.languages },
    ],
    reliability: soft.map(({ name, runs }) => ({
      system: name,
      ece: ece().value(ece().rows(runs[0]!, truth)),
      bins: reliability(runs[0]!, truth),
    })),
    mistakes: mistakes(student, teacher, items, corpus),
    labelMapping: parts.labelMapping,
    student: {
      weightsSha256: exported.weightsSha256,
      parameters: exported.parameters,
      architecture: `hashed byte 1- to 4-grams, ${candidate.features} features of ${candidate.buckets} buckets, ${candidate.hidden.length === 0 ? 'linear' : `hidden ${candidate.hidden.join(', ')}`}`,
      training: {
        Loss: `0.9 soft targets at temperature ${candidate.temperature} + 0.1 cross-entropy on ${student.labels} labels`,
        Optimiser: `AdamW, peak rate ${candidate.rate}, cosine, ${candidate.epochs} epochs in batches of ${settings.student.batchSize}`,
        'Chosen on validation': parts.choice.tried
          .map(
            ({ name, validationAccuracy }) =>
              `${name}: ${(100 * validationAccuracy).toFixed(1)}% on validation`,
          )
          .join('; '),
      },
      files: Object.entries(exported.files).map(([path, { sizeBytes, sha256 }]) => {
        const system = path.endsWith('quantized.onnx') ? names.int8 : names.student;
        const gzipBytes = path.endsWith('.onnx') ? parts.facts[system]?.gzipBytes : undefined;
        return { path, sizeBytes, sha256, ...(gzipBytes === undefined ? {} : { gzipBytes }) };
      }),
      gate: gateLines(exported),
      canary: shipped.canary === 'passed' ? 'passed' : shipped.canary === 'off' ? 'off' : 'warned',
    },
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.versions.node,
      onnxruntime: onnxruntimeVersion(),
    },
    notes: [
      "The features are chosen by what they tell of the teacher's soft targets on the training windows. All students read the same ones, so the students without a teacher profit from it too.",
      'The student that ships is that of the first seed; its form was chosen on validation packages, which neither training nor test holds.',
    ],
  };
}

function gateLines({ float32, int8 }: ExportRecord) {
  const points = (share: number): string => `${(100 * share).toFixed(2)} points`;
  return [
    {
      name: 'float32',
      passed: true,
      detail: `outputs differ from the trainer's by ${float32.maxError.toExponential(1)} at most, over ${float32.probes} probes`,
    },
    ...(int8 === undefined
      ? []
      : [
          {
            name: 'int8',
            passed: int8.passed,
            detail: `accuracy drops by ${points(int8.drop)}, at most ${points(int8.dropHigh)} (95%), on ${int8.rows} validation windows`,
          },
        ]),
  ];
}

/** A stage table as the report holds it. */
export function stageRows(
  stages: readonly { readonly step: string; readonly seconds: number; readonly state: string }[],
  otherSeconds: number,
): StageReport[] {
  return [
    ...stages.map(({ step, seconds, state }) => ({
      name: step,
      seconds,
      cached: state === 'cached',
    })),
    { name: 'other', seconds: otherSeconds },
  ];
}

/** The terms that a student learnt by, under names for people; what it did not learn by stays 0 and is left out. */
function lossTerms(curve: StudentOutput['curve']) {
  const shown = { softTargets: 'soft targets', crossEntropy: 'cross-entropy' } as const;
  const learnt = Object.entries(shown).filter(([name]) =>
    curve.some(({ values }) => (values[name] ?? 0) > 0),
  );
  return curve.map(({ step, values }) => ({
    step,
    values: Object.fromEntries(learnt.map(([name, label]) => [label, values[name] ?? 0])),
  }));
}

function onnxruntimeVersion(): string {
  const require = createRequire(import.meta.url);
  return (require('onnxruntime-node/package.json') as { readonly version: string }).version;
}
