import {
  accuracy,
  type Comparison,
  compare,
  fitTemperature,
  type Predictions,
  type Role,
  type SliceReport,
  slices,
  type SystemReport,
  systemReport,
} from '@limbeck/evaluators';
import { lessonNames } from '../lesson.js';
import { probabilitiesOf } from '../numbers.js';
import type { TrainedFamily } from '../steps/choose-step.js';
import type { ReportParts } from './build-report.js';

/** A system with its answers to the test part, one set a seed. */
export interface System {
  readonly name: string;
  readonly role: Role;
  readonly runs: readonly Predictions[];
  readonly seeds?: readonly number[];
  readonly labels?: number;
  readonly note?: string;
}

/** Every system of the run: the teacher, the student that ships, its controls, the other families, peers, and the floor. */
export function systemsOf(given: ReportParts): System[] {
  const { families, choice, read, parts } = given;
  const classes = read.labels.length;
  const trained = families.filter((family) => family.state === 'trained');
  const chosen = trained.find(({ family }) => family === choice.family)!;
  return [
    teacherSystem(given),
    ...familySystems(given, chosen, true),
    ...trained
      .filter((family) => family !== chosen)
      .flatMap((family) => familySystems(given, family, false)),
    {
      name: 'the commonest label',
      role: 'baseline',
      runs: [
        {
          labels: parts.test.map(() => commonest(parts.train.map(({ label }) => label!))),
          classes,
        },
      ],
      note: 'It answers with the commonest label of the training texts, whatever the text.',
    },
    ...given.peers.map(({ name, answers, probabilities }): System => ({
      name,
      role: 'peer',
      labels: parts.train.length,
      runs: [
        probabilities === undefined
          ? { labels: answers, classes }
          : { probabilities: Float64Array.from(probabilities), classes },
      ],
    })),
  ];
}

function teacherSystem(given: ReportParts): System {
  const { teacher, teacherLogits, read } = given;
  const classes = read.labels.length;
  const temperature = teacherTemperature(given);
  return {
    name: 'teacher',
    role: 'teacher',
    runs: [probabilitiesOf(teacherLogits['test']!, classes, temperature)],
    note: teacher.note,
  };
}

/** Fitted on validation, as every student's is. */
export function teacherTemperature({ teacherLogits, parts, read }: ReportParts): number {
  const given = { logits: teacherLogits['validation']!, classes: read.labels.length };
  const truth = parts.validation.map(({ label }) => label!);
  return fitTemperature(given, truth, { minItems: 2 }).temperature;
}

/** A family's students: distilled, int8, and the controls. */
function familySystems(
  { logits, shipped, read, parts }: ReportParts,
  { family, students, architecture }: TrainedFamily,
  ships: boolean,
): System[] {
  const classes = read.labels.length;
  const roles = {
    distilled: ships ? 'student' : 'method',
    // With every training text labelled, labels alone are all that there are, and not a few of them.
    'label-only': parts.unlabelled.length === 0 ? 'student-all-labels' : 'label-only',
    shuffled: 'shuffled-teacher',
  } as const;
  const names = {
    distilled: `${family} student`,
    'label-only': `${family}, labels alone`,
    shuffled: `${family}, shuffled teacher`,
  } as const;
  const quantised = shipped[`${family} int8`];
  return lessonNames.flatMap((lesson): System[] => {
    const own = students.filter((student) => student.lesson === lesson);
    const system: System = {
      name: names[lesson],
      role: roles[lesson],
      seeds: own.map(({ seed }) => seed),
      labels: own[0]!.labels,
      runs: own.map(({ seed, temperature }) =>
        probabilitiesOf(logits[family]![`${lesson}-${seed}`]!['test']!, classes, temperature),
      ),
      ...(lesson === 'distilled'
        ? { note: `${architecture[0]!.toUpperCase()}${architecture.slice(1)}.` }
        : {}),
    };
    if (lesson !== 'distilled' || quantised === undefined) return [system];
    return [
      system,
      {
        name: `${family} student, int8`,
        role: ships ? 'student-int8' : 'method',
        labels: own[0]!.labels,
        runs: [{ probabilities: quantised, classes }],
        note: 'Made of the student of the first seed.',
      },
    ];
  });
}

/** The commonest of some labels, the first of equally common ones. */
function commonest(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

/** Every system's row on the test part, with what it takes. */
export function systemRows(
  given: ReportParts,
  systems: readonly System[],
  truth: readonly number[],
  clusters: readonly number[],
): SystemReport[] {
  const teacher = systems[0]!.runs[0]!;
  return systems.map(({ name, role, runs, seeds, labels, note }) => ({
    ...systemReport(
      { name, role, runs, teacher, ...(seeds === undefined ? {} : { seeds }) },
      truth,
      { clusters },
    ),
    ...(labels === undefined ? {} : { labels }),
    ...(note === undefined ? {} : { note }),
    ...factsOf(given, name, role),
  }));
}

/** Time and size of a system, where they were measured. */
function factsOf(given: ReportParts, name: string, role: Role): Partial<SystemReport> {
  const { measured, families, teacher, peers } = given;
  if (role === 'teacher') {
    const { parameters, millisecondsEach: each } = teacher;
    return {
      ...(parameters === undefined ? {} : { parameters, sizeBytes: 4 * parameters }),
      ...(each === undefined ? {} : { metrics: { 'ms a text, in batches': each } }),
    };
  }
  if (role === 'peer') {
    return { latencyMs: peers.find((peer) => peer.name === name)!.latencyMs };
  }
  const file = measured.find(
    ({ family, precision }) => name === `${family} student${precision === 'int8' ? ', int8' : ''}`,
  );
  if (file === undefined) return {};
  const { latencyMs, sizeBytes, gzipBytes, family } = file;
  const own = families.find((other) => other.family === family) as TrainedFamily;
  return { latencyMs, sizeBytes, gzipBytes, parameters: own.exported.parameters };
}

/** Accuracy by label and by length of text, labels in their order and short texts first. */
export function sliceRows(
  { parts, read }: ReportParts,
  systems: readonly System[],
  truth: readonly number[],
  clusters: readonly number[],
): SliceReport[] {
  const lengths = parts.test.map(({ text }) => text.length).sort((a, b) => a - b);
  const third = (share: number): number => lengths[Math.floor(share * (lengths.length - 1))]!;
  const [short, long] = [third(1 / 3), third(2 / 3)];
  const spans = [
    `up to ${short} characters`,
    `${short + 1} to ${long} characters`,
    `over ${long} characters`,
  ] as const;
  const traits = {
    label: truth.map((label) => read.labels[label]!),
    length: parts.test.map(
      ({ text }) => spans[text.length <= short ? 0 : text.length <= long ? 1 : 2],
    ),
  };
  const order: readonly string[] = [...read.labels, ...spans];
  const shown = systems.filter(({ role }) =>
    ['teacher', 'student', 'student-int8', 'student-all-labels', 'label-only', 'peer'].includes(
      role,
    ),
  );
  return shown.flatMap(({ name, runs }) =>
    Object.entries(traits).flatMap(([by, values]) =>
      slices(
        runs.map((run) => accuracy().rows(run, truth)),
        { by, values, system: name, clusters },
      ).sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value)),
    ),
  );
}

/** The student that ships against everything else, and int8 against it, on the same texts. */
export function comparisonRows(
  systems: readonly System[],
  truth: readonly number[],
  clusters: readonly number[],
): Comparison[] {
  const student = systems.find(({ role }) => role === 'student')!;
  const rows = ({ runs }: System) => runs.map((run) => accuracy().rows(run, truth));
  return systems
    .filter((other) => other !== student)
    .map((other) => {
      const [better, worse] = other.role === 'teacher' ? [other, student] : [student, other];
      const { sentence: _sentence, ...comparison } = compare(
        accuracy(),
        { name: better.name, rows: rows(better) },
        { name: worse.name, rows: rows(worse) },
        { clusters },
      );
      return comparison;
    });
}
