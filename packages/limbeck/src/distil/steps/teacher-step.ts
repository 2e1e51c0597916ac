import { event } from '@limbeck/core';
import { checkTeacher } from '@limbeck/train';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Lab } from '../lab.js';
import { askTeacher, type Labelled } from '../label.js';
import { saveMatrices } from '../matrices.js';
import { rowsOf } from '../numbers.js';
import type { DistilOptions } from '../options.js';
import { chooseSize, crossFit } from '../teacher.js';
import { type PartName, partNames, type Parts } from '../example.js';

/** What teaching came to; the logits of each part lie in the file `logits`. */
export interface TeacherOutput extends Labelled {
  /** How the answers were made, as a sentence. */
  readonly note: string;
  /** Seconds of the budget that it took. */
  readonly trainingSeconds: number;
  readonly parameters?: number;
  /** Mean milliseconds a text. */
  readonly millisecondsEach?: number;
}

/** What the step is given. */
export interface TeacherStep {
  readonly labels: readonly string[];
  readonly folders: { readonly read: string; readonly split: string };
  readonly teacher: DistilOptions['teacher'];
  readonly budgetSeconds: number;
  readonly seed: number;
}

/**
 * Has every text answered by the teacher: one that is trained here on the labels, or one from outside.
 *
 * @throws LimbeckError `constant-teacher`, `teacher-failed`, and as `train`
 */
export async function teacherStep(
  lab: Lab,
  given: TeacherStep,
  context: PipelineStepContext,
): Promise<TeacherOutput> {
  const { labels, folders, teacher = 'train' } = given;
  const { parts, clusters } = await lab.parts(folders);
  const output =
    teacher === 'train'
      ? await trained(lab, given, parts, clusters, context)
      : await asked(teacher, labels, parts, context);
  const { logits, ...rest } = output;
  await checkTeacher(rowsOf(logits.train, labels.length));
  await saveMatrices(context.folder, 'logits', logits);
  return rest;
}

type Answered = TeacherOutput & { readonly logits: { readonly [Part in PartName]: Float32Array } };

async function trained(
  lab: Lab,
  { labels, budgetSeconds, seed }: TeacherStep,
  parts: Parts,
  clusters: readonly number[],
  { abortSignal, onEvent }: PipelineStepContext,
): Promise<Answered> {
  const started = performance.now();
  const tools = { engine: await lab.engine(), labels, abortSignal, onEvent };
  const { train, ...others } = parts;
  const task = { labels, train, clusters: train.map(({ at }) => clusters[at]!), others, seed };
  const size = await chooseSize(task, tools, budgetSeconds * 0.45);
  onEvent?.(
    event('distil/teacher', {
      size: size.name,
      folds: size.folds,
      message: `Trains the ${size.name} one of three sizes of teacher, as the budget allows, on ${size.folds} parts of the texts in turn.`,
    }),
  );
  const { logits, id, parameters, millisecondsEach } = await crossFit(task, size, tools);
  const seconds = (performance.now() - started) / 1000;
  const texts = partNames.reduce((sum, part) => sum + parts[part].length, 0);
  return {
    id,
    asked: texts,
    cached: 0,
    costUsd: 0,
    seconds,
    trainingSeconds: seconds,
    parameters,
    millisecondsEach,
    logits: logits as Answered['logits'],
    note: `Trained in this run on ${train.length.toLocaleString('en-US')} labels in ${size.folds} folds: what it says of a training text comes from members that did not see it.`,
  };
}

async function asked(
  teacher: Exclude<NonNullable<DistilOptions['teacher']>, 'train'>,
  labels: readonly string[],
  parts: Parts,
  { keep, abortSignal, onEvent, logger }: PipelineStepContext,
): Promise<Answered> {
  const texts = partNames.flatMap((part) => parts[part].map(({ text }) => text));
  const classes = labels.length;
  const { labelled, logits } = await askTeacher(teacher, texts, {
    keep,
    classes,
    abortSignal,
    onEvent,
    logger,
  });
  let at = 0;
  const byPart = partNames.map((part) => {
    const rows = logits.slice(at, (at += parts[part].length));
    const matrix = new Float32Array(rows.length * classes);
    rows.forEach((row, i) => matrix.set(row, i * classes));
    return [part, matrix] as const;
  });
  return {
    ...labelled,
    // Asking is the teacher's time, not the training's.
    trainingSeconds: 0,
    note: 'Given from outside; each text was asked about once.',
    logits: Object.fromEntries(byPart) as unknown as Answered['logits'],
  };
}
