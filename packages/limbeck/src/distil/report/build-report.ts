import {
  accuracy,
  aurc,
  compare,
  confusion,
  ece,
  type Predictions,
  reliability,
  riskCoverage,
  type RunReport,
  surestMistakes,
} from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import type { Parts } from '../example.js';
import type { Matrices } from '../matrices.js';
import { largest } from '../numbers.js';
import type { DistilOptions } from '../options.js';
import type { Settled } from '../settle.js';
import type { TrainedFamily } from '../steps/choose-step.js';
import type { ReportInputs } from '../steps/report-step.js';
import { dataReport } from './data-report.js';
import { labelErrors, labelErrorsNote } from './label-errors.js';
import { storedPredictions } from './stored.js';
import { comparisonRows, sliceRows, systemRows, systemsOf } from './systems.js';
import { notesOf, titleOf } from './words.js';

/** Everything that a report is made of. */
export interface ReportParts extends ReportInputs {
  readonly settled: Settled;
  readonly options: DistilOptions;
  readonly parts: Parts;
  readonly clusters: readonly number[];
  /** Logits by family and file, on validation and test. */
  readonly logits: { readonly [family: string]: { readonly [file: string]: Matrices } };
  readonly teacherLogits: Matrices;
  /** Probabilities of what ships, on test. */
  readonly shipped: Matrices;
}

/** The family that ships. */
function chosenFamily({ families, choice }: ReportParts): TrainedFamily {
  return families.find(({ family }) => family === choice.family) as TrainedFamily;
}

/** The report of a run, without its stages. */
export function buildReport(given: ReportParts): Omit<RunReport, 'stages'> {
  const { settled, options, read, split, teacher, parts, clusters } = given;
  const { labels } = read;
  const items = parts.test;
  const truth = items.map(({ label }) => label!);
  const groups = items.map(({ at }) => clusters[at]!);
  const systems = systemsOf(given);
  const chosen = chosenFamily(given);
  const student = systems.find(({ role }) => role === 'student')!;
  const teaching = systems.find(({ role }) => role === 'teacher')!;
  const control = systems.find(({ name }) => name === `${given.choice.family}, labels alone`)!;
  const soft = systems.filter(
    ({ role }) => role === 'teacher' || role === 'student' || role === 'student-int8',
  );
  const bought = compare(
    accuracy(),
    { name: student.name, rows: student.runs.map((run) => accuracy().rows(run, truth)) },
    { name: control.name, rows: control.runs.map((run) => accuracy().rows(run, truth)) },
    { clusters: groups },
  );
  const { about } = options;
  return {
    formatVersion: 1,
    name: settled.name,
    title: titleOf(given),
    summary: `A student of ${chosen.exported.parameters.toLocaleString('en-US')} weights tells ${labels.length} labels of ${settled.columns.label} apart; of the families tried, ${chosen.family} ships: ${given.choice.why}.`,
    headline: bought.sentence,
    finishedAt: new Date().toISOString(),
    seeds: settled.seeds,
    dataset: {
      name: settled.name,
      rows: read.examples,
      classes: labels,
      ...(settled.hashes.data === undefined ? {} : { sha256: settled.hashes.data }),
      ...(about?.source === undefined ? {} : { source: about.source }),
      ...(about?.license === undefined ? {} : { license: about.license }),
      splits: (['train', 'validation', 'test', 'unlabelled'] as const)
        .filter((part) => split.rows[part] > 0)
        .map((name) => ({ name, rows: split.rows[name], groups: split.groups[name] })),
      note: 'Near duplicates and groups are on one side of the split; intervals are by bootstrap over these.',
    },
    systems: systemRows(given, systems, truth, groups),
    slices: sliceRows(given, systems, truth, groups),
    comparisons: comparisonRows(systems, truth, groups),
    teacher: {
      id: teacher.id,
      asked: teacher.asked,
      cached: teacher.cached,
      costUsd: teacher.costUsd,
      seconds: teacher.seconds,
    },
    curves: chosen.students
      .filter(({ seed }) => seed === settled.seeds[0])
      .map(({ lesson, curve }) => ({ system: lesson, points: lossTerms(curve) })),
    confusion: [{ system: student.name, ...confusion(student.runs[0]!, truth), classes: labels }],
    reliability: soft.map(({ name, runs }) => ({
      system: name,
      ece: ece().value(ece().rows(runs[0]!, truth)),
      bins: reliability(runs[0]!, truth),
    })),
    riskCoverage: soft.map(({ name, runs }) => ({
      system: name,
      points: riskCoverage(runs[0]!, truth, { limit: 60 }).map(({ coverage, risk }) => ({
        coverage,
        risk,
      })),
      area: aurc().value(aurc().rows(runs[0]!, truth)),
    })),
    mistakes: surestMistakes(student.runs[0]!, truth, { limit: 20 }).map(
      ({ item, label, predicted, probability }) => ({
        system: student.name,
        text: items[item]!.text.slice(0, 1000),
        label: labels[label]!,
        predicted: labels[predicted]!,
        probability,
        teacher: labels[answerOf(teaching.runs[0]!, item)]!,
      }),
    ),
    labelErrors: labelErrors(given),
    labelErrorsNote: labelErrorsNote(given),
    data: dataReport(given, chosen.maxBytes),
    predictions: storedPredictions(items, groups, systems, truth),
    student: studentReport(given, chosen),
    machine: thisMachine(import.meta.url),
    notes: notesOf(given),
  };
}

/** What a system answered to an item. */
function answerOf(run: Predictions, item: number): number {
  if ('labels' in run) return run.labels[item]!;
  return largest(run.probabilities.subarray(item * run.classes, (item + 1) * run.classes));
}

function studentReport(
  { measured, choice }: ReportParts,
  chosen: TrainedFamily,
): NonNullable<RunReport['student']> {
  const { exported, architecture, training, students, int8Refused } = chosen;
  const gzip = (precision: string): number | undefined =>
    measured.find((file) => file.family === choice.family && file.precision === precision)
      ?.gzipBytes;
  const points = (share: number): string => `${(100 * share).toFixed(2)} points`;
  const { float32, int8 } = exported;
  return {
    weightsSha256: exported.weightsSha256,
    parameters: exported.parameters,
    architecture,
    training,
    files: Object.entries(exported.files).map(([file, { sizeBytes, sha256 }]) => {
      const gzipBytes = file.endsWith('.onnx')
        ? gzip(file.endsWith('quantized.onnx') ? 'int8' : 'float32')
        : undefined;
      return {
        path: file,
        sizeBytes,
        sha256,
        ...(gzipBytes === undefined ? {} : { gzipBytes }),
      };
    }),
    gate: [
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
              detail: `accuracy drops by ${points(int8.drop)}, at most ${points(int8.dropHigh)} (95%), on ${int8.rows} validation texts`,
            },
          ]),
      ...(int8Refused === undefined
        ? []
        : [{ name: 'int8', passed: false, detail: `left out: ${int8Refused}` }]),
    ],
    canary: canaryOf(students[0]!.canary),
  };
}

function canaryOf(canary: 'passed' | 'open' | 'off'): 'passed' | 'warned' | 'off' {
  return canary === 'open' ? 'warned' : canary;
}

/** The terms that a student learnt by, under names for people; what it did not learn by stays 0 and is left out. */
function lossTerms(curve: TrainedFamily['students'][number]['curve']) {
  const shown = { softTargets: 'soft targets', crossEntropy: 'cross-entropy' } as const;
  const learnt = Object.entries(shown).filter(([name]) =>
    curve.some(({ values }) => (values[name] ?? 0) > 0),
  );
  return curve.map(({ step, values }) => ({
    step,
    values: Object.fromEntries(learnt.map(([name, label]) => [label, values[name] ?? 0])),
  }));
}
