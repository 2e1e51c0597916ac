import type { ClassProbabilities, Predictions, Role } from '@limbeck/evaluators';
import { softmax } from './features.js';
import { loadMatrices } from './matrix-files.js';
import { labelFile } from './steps/student-steps.js';
import type { HeldOutPart } from './text-model.js';

/** A system with its answers to the held-out parts, one set a seed. */
export interface System {
  readonly name: string;
  readonly role: Role;
  readonly note?: string;
  readonly seeds?: readonly number[];
  readonly labels?: number;
  readonly answers: (part: HeldOutPart) => readonly Predictions[];
}

/** Names that the report uses. */
export const names = {
  teacher: 'teacher',
  student: 'distilled student',
  int8: 'int8 student',
  scarce: 'few-labels student',
  all: 'all-labels student',
  argmax: 'first-choice student',
  shuffled: 'shuffled-teacher student',
  baseline: 'logistic regression',
} as const;

/** Logits `[rows, classes]` as probabilities. */
export function probabilitiesOf(logits: Float32Array, classes: number): ClassProbabilities {
  const probabilities = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    probabilities.set(softmax(logits.subarray(at, at + classes)), at);
  }
  return { probabilities, classes };
}

/** Reads the answers that a step kept, one file of logits a seed. */
export async function readSystem(
  about: Omit<System, 'answers'>,
  folder: string,
  files: readonly string[],
  classes: number,
): Promise<System> {
  const runs = await Promise.all(files.map((file) => loadMatrices(folder, file)));
  const made = new Map<HeldOutPart, readonly Predictions[]>();
  return {
    ...about,
    answers: (part) => {
      const known = made.get(part);
      if (known !== undefined) return known;
      const answers = runs.map((run) => probabilitiesOf(run[part]!.data, classes));
      made.set(part, answers);
      return answers;
    },
  };
}

/** The folders of the steps that trained something. */
export interface TrainedFolders {
  readonly teacher: string;
  readonly baseline: string;
  readonly students: string;
  readonly curve: string;
}

/** Every system that was trained here. */
export function trainedSystems(
  folders: TrainedFolders,
  options: {
    readonly classes: number;
    readonly seeds: readonly number[];
    readonly labelShare: number;
    readonly scarceLabels: number;
    readonly allLabels: number;
    readonly teacherNote: string;
  },
): Promise<System[]> {
  const { classes, seeds, labelShare, scarceLabels, allLabels, teacherNote } = options;
  const files = (kind: string): string[] => seeds.map((seed) => `${kind}-${seed}.logits`);
  const labelFiles = (share: number): string[] =>
    seeds.map((seed) => `${labelFile(share, seed)}.logits`);
  const { students, curve } = folders;
  const table = 'It reads the same features as the distilled student.';
  return Promise.all([
    readSystem(
      { name: names.teacher, role: 'teacher', note: teacherNote },
      folders.teacher,
      ['logits'],
      classes,
    ),
    readSystem(
      { name: names.student, role: 'student', seeds, labels: scarceLabels },
      students,
      files('distilled'),
      classes,
    ),
    readSystem(
      { name: names.all, role: 'student-all-labels', seeds, labels: allLabels, note: table },
      curve,
      labelFiles(1),
      classes,
    ),
    readSystem(
      { name: names.scarce, role: 'label-only', seeds, labels: scarceLabels, note: table },
      curve,
      labelFiles(labelShare),
      classes,
    ),
    readSystem(
      {
        name: names.argmax,
        role: 'method',
        seeds,
        labels: scarceLabels,
        note: "It learns the teacher's first choice of each window in place of soft targets.",
      },
      students,
      files('argmax'),
      classes,
    ),
    readSystem(
      { name: names.shuffled, role: 'shuffled-teacher', seeds, labels: scarceLabels, note: table },
      students,
      files('shuffled'),
      classes,
    ),
    readSystem(
      {
        name: names.baseline,
        role: 'baseline',
        labels: allLabels,
        note: 'Hashed byte 1- to 4-grams, log counts, all training labels.',
      },
      folders.baseline,
      ['logits'],
      classes,
    ),
  ]);
}
