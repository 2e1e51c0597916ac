import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import type { Provenance } from '@limbeck/core';
import type { PipelineStepContext } from '@limbeck/pipeline';
import { labelAll, type Labelled, signalFile, signalsOf } from '../label.js';
import type { Lab } from '../lab.js';
import { meanTeacher } from '../mean-teacher.js';
import { matrix, type Matrices, saveMatrices } from '../matrix-files.js';
import { netTeacher } from '../net-teacher.js';
import { vscodeTeacher } from '../peers/index.js';
import { heldOutParts } from '../text-model.js';
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

/**
 * Asks the teacher about the training and validation windows. What the net says of the held-out parts its own step has
 * kept; any other teacher is asked about those too, for the report, and its answers lie in the file `logits`.
 */
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
  if (teacherName !== 'trained') windows.push(...corpus.test, ...corpus.second);
  const labelled = await labelAll(teacher, kind, windows, { keep, classes, abortSignal });
  // What was asked once outlives changes of this step; what later steps read is the step's own.
  await copyFile(
    path.join(keep, signalFile(labelled.teacher, kind)),
    path.join(context.folder, signalFile(labelled.teacher, kind)),
  );
  if (teacherName === 'trained') return labelled;
  const said: { [part: string]: Matrices[string] } = {};
  for (const part of heldOutParts) {
    const rows = await signalsOf(corpus[part], labelled, kind, { keep, classes });
    said[part] = matrix(Float32Array.from(rows.flatMap((row) => [...row])), classes);
  }
  await saveMatrices(context.folder, 'logits', said);
  return labelled;
}
