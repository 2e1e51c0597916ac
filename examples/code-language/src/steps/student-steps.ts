import type { EventSink, HostTensor } from '@limbeck/core';
import type { Metrics } from '@limbeck/train';
import type { Corpus } from '../corpus/index.js';
import type { Lab } from '../lab.js';
import { lessons, type Lessons } from '../lessons.js';
import { matrix, type Matrices, saveMatrices } from '../matrix-files.js';
import type { Candidate } from '../settings.js';
import { type Classroom, type Lesson, type TrainedStudent, trainStudent } from '../students.js';

/** What is told of a trained student; its logits and weights lie in files of its name. */
export interface StudentOutput {
  /** Name of its files. */
  readonly file: string;
  readonly seed: number;
  /** Labels that it saw. */
  readonly labels: number;
  readonly validationAccuracy: number;
  readonly curve: readonly { readonly step: number; readonly values: Metrics }[];
  /** Whether the start-up check of the targets' alignment passed. */
  readonly canary: TrainedStudent['canary'];
}

/** Everything a step of students needs. */
export interface StudentStep {
  readonly lab: Lab;
  /** The teacher's logits of every training window. */
  readonly teacher: readonly Float32Array[];
  /** The same of every validation window, for the canary. */
  readonly heldOut: readonly Float32Array[];
  readonly abortSignal?: AbortSignal | undefined;
  readonly onEvent?: EventSink | undefined;
}

async function classroom(
  { lab, teacher, heldOut, abortSignal, onEvent }: StudentStep,
  candidate: Candidate,
): Promise<Classroom> {
  const features = await lab.features(candidate, teacher);
  return {
    corpus: await lab.corpus(),
    settings: lab.settings,
    candidate,
    features,
    heldOut,
    width: candidate.features,
    tools: { engine: await lab.engine(), abortSignal, onEvent },
  };
}

/** How each form did on the validation packages, and which was best. */
export interface Choice {
  readonly best: string;
  readonly tried: readonly { readonly name: string; readonly validationAccuracy: number }[];
}

/** Tries every form with one seed, distilled; the test packages have no say. */
export async function chooseForm(step: StudentStep): Promise<Choice> {
  const { candidates } = step.lab.settings.student;
  const corpus = await step.lab.corpus();
  const lesson = lessons(corpus, step.teacher, step.lab.settings.labelShare).distilled(0);
  const tried: { name: string; validationAccuracy: number }[] = [];
  for (const candidate of candidates) {
    const { validationAccuracy } = await trainStudent(await classroom(step, candidate), lesson, 0);
    tried.push({ name: candidate.name, validationAccuracy });
  }
  const best = tried.reduce((a, b) => (b.validationAccuracy > a.validationAccuracy ? b : a));
  return { best: best.name, tried };
}

/** One student to train: the name of its files, and what it learns from. */
export interface Planned {
  readonly file: string;
  readonly seed: number;
  readonly lesson: (all: Lessons) => Lesson;
}

/** Trains students and keeps logits and weights of each in the folder. */
export async function trainStudents(
  step: StudentStep,
  candidate: Candidate,
  planned: readonly Planned[],
  folder: string,
): Promise<StudentOutput[]> {
  const room = await classroom(step, candidate);
  const all = lessons(room.corpus, step.teacher, room.settings.labelShare);
  const outputs: StudentOutput[] = [];
  for (const { file, seed, lesson } of planned) {
    const given = lesson(all);
    const student = await trainStudent(room, given, seed);
    await keep(folder, file, student, room.corpus);
    const labels = given.rows.filter(({ label }) => label !== undefined).length;
    const { validationAccuracy, curve, canary } = student;
    outputs.push({ file, seed, labels, validationAccuracy, curve, canary });
  }
  return outputs;
}

async function keep(
  folder: string,
  file: string,
  student: TrainedStudent,
  corpus: Corpus,
): Promise<void> {
  const classes = corpus.languages.length;
  const parts = Object.entries(student.logits).map(([part, data]) => [part, matrix(data, classes)]);
  await saveMatrices(folder, `${file}.logits`, Object.fromEntries(parts) as Matrices);
  await saveMatrices(
    folder,
    `${file}.weights`,
    student.model.values as { [path: string]: HostTensor<'float32'> },
  );
}

/** The students of the main comparison: one of each lesson and seed. */
export function mainStudents(seeds: readonly number[]): Planned[] {
  return seeds.flatMap((seed): Planned[] => [
    { file: `distilled-${seed}`, seed, lesson: (all) => all.distilled(seed) },
    { file: `argmax-${seed}`, seed, lesson: (all) => all.argmax(seed) },
    { file: `shuffled-${seed}`, seed, lesson: (all) => all.shuffled(seed) },
  ]);
}

/**
 * Students on labels alone, along the shares of the curve: at its ends, which are controls of the main comparison, one
 * of each seed, and one in between.
 */
export function curveStudents(seeds: readonly number[], shares: readonly number[]): Planned[] {
  return shares.flatMap((share) =>
    curveSeeds(seeds, shares, share).map((seed) => ({
      file: labelFile(share, seed),
      seed,
      lesson: (all: Lessons) => all.labels(share, seed),
    })),
  );
}

/** The seeds of the students on a share of the labels. */
export function curveSeeds(
  seeds: readonly number[],
  shares: readonly number[],
  share: number,
): readonly number[] {
  return share === shares[0] || share === shares.at(-1) ? seeds : seeds.slice(0, 1);
}

/** The file name of a student on a share of the labels. */
export function labelFile(share: number, seed: number): string {
  return `labels-${Math.round(share * 100)}-${seed}`;
}
