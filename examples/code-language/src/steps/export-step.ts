import path from 'node:path';
import type { HostTensor } from '@limbeck/core';
import type { PipelineStepContext } from '@limbeck/pipeline';
import { exportStudent } from '@limbeck/train/node';
import { textInputs } from '../batches.js';
import type { Lab } from '../lab.js';
import { loadMatrices } from '../matrix-files.js';
import type { Candidate } from '../settings.js';
import { wholeStudent } from '../ship-student.js';

/** What the export step is given. */
export interface ExportStep {
  readonly lab: Lab;
  readonly candidate: Candidate;
  readonly teacher: readonly Float32Array[];
  /** The folder of the trained students, and the name of the one that ships. */
  readonly students: string;
  readonly file: string;
}

/** Writes the student's folder, float32 and int8, each through its gate. */
export async function exportStep(given: ExportStep, context: PipelineStepContext) {
  const { lab, candidate, teacher, students, file } = given;
  const corpus = await lab.corpus();
  const { maxBytes } = lab.settings;
  const model = await lab.model(candidate, teacher);
  const weights = await loadMatrices(students, `${file}.weights`);
  const collator = textInputs(maxBytes);
  const batched = <Row>(rows: readonly Row[]): Row[][] =>
    Array.from({ length: Math.ceil(rows.length / 256) }, (_, i) =>
      rows.slice(i * 256, (i + 1) * 256),
    );
  const feeds = (rows: readonly { readonly text: string }[]): { [input: string]: HostTensor }[] =>
    batched(rows).map((batch) => ({ ...collator.collate(batch) }));
  const { validation, train } = corpus;
  // Below 2,000 labelled rows the gate asks for 2,000 without labels as well.
  const others = train.length < 2000 ? corpus.redrawTraining(0, 0) : train;
  const more = validation.length < 2000 ? { unlabelled: feeds(others.slice(0, 2048)) } : {};
  return exportStudent(wholeStudent(model, weights), {
    folder: path.join(context.folder, 'student'),
    engine: await lab.engine(),
    labels: corpus.languages,
    maxBytes,
    family: 'hashed-ngrams',
    model: model.config,
    int8: {
      inputs: feeds(validation),
      labels: validation.map(({ label }) => label),
      clusters: validation.map(({ group }) => group),
      ...more,
    },
    abortSignal: context.abortSignal,
  });
}
