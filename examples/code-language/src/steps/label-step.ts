import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import type { Provenance } from '@limbeck/core';
import type { PipelineStepContext } from '@limbeck/pipeline';
import { labelAll, type Labelled, signalFile } from '../label.js';
import type { Lab } from '../lab.js';
import { meanTeacher } from '../mean-teacher.js';
import { netTeacher } from '../net-teacher.js';
import { vscodeTeacher } from '../peers/index.js';
import type { TextModelOutput } from './teacher-step.js';

/** Who labels: the net trained here, Microsoft's model, or the mean of both. */
export type TeacherName = 'trained' | 'vscode' | 'both';

/** How a teacher's signals were obtained. */
export function teacherKind(name: TeacherName): Provenance['kind'] {
  return name === 'trained' ? 'logits' : 'probabilities';
}

/** What labels are made from. */
export interface LabelStep {
  readonly teacherName: TeacherName;
  readonly net: TextModelOutput;
  /** The folder with the net's file. */
  readonly folder: string;
}

/** Asks the teacher about the training and validation windows. */
export async function labelStep(
  lab: Lab,
  given: LabelStep,
  context: PipelineStepContext,
): Promise<Labelled> {
  const { teacherName, net, folder } = given;
  const corpus = await lab.corpus();
  const classes = corpus.languages.length;
  const trained = netTeacher({
    id: net.id,
    engine: await lab.engine(),
    file: path.join(folder, 'model.onnx'),
    classes,
    maxBytes: lab.settings.maxBytes,
  });
  const teacher =
    teacherName === 'trained'
      ? trained
      : teacherName === 'vscode'
        ? vscodeTeacher(corpus.languages)
        : meanTeacher(trained, vscodeTeacher(corpus.languages));
  const { keep, abortSignal } = context;
  const kind = teacherKind(teacherName);
  // The validation windows are for the canary: it compares aligned with permuted targets.
  const windows = [...corpus.train, ...corpus.validation];
  const labelled = await labelAll(teacher, kind, windows, { keep, classes, abortSignal });
  // What was asked once outlives changes of this step; what later steps read is the step's own.
  await copyFile(
    path.join(keep, signalFile(labelled.teacher, kind)),
    path.join(context.folder, signalFile(labelled.teacher, kind)),
  );
  return labelled;
}
