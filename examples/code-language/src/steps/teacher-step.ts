import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EventSink } from '@limbeck/core';
import { contentHash } from '@limbeck/data';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Shippable } from '@limbeck/train';
import { folderStore } from '@limbeck/train/node';
import type { Corpus } from '../corpus/index.js';
import type { Lab } from '../lab.js';
import { saveMatrices } from '../matrix-files.js';
import type { Settings } from '../settings.js';
import { forwardGraph } from '../shippable-runner.js';
import { trainBaseline, trainTeacher, type TrainingTools } from '../teacher-net.js';
import { partLogits } from '../text-model.js';

/** A text model's file and size. */
export interface TextModelOutput {
  /** Model and revision: what its answers are filed under. */
  readonly id: string;
  readonly parameters: number;
  readonly sizeBytes: number;
}

/** Trains a model that reads texts, and keeps its file and its logits on the held-out parts. */
async function textModelStep(
  lab: Lab,
  name: string,
  teach: (corpus: Corpus, settings: Settings, tools: TrainingTools) => Promise<Shippable>,
  context: PipelineStepContext,
  onEvent: EventSink | undefined,
): Promise<TextModelOutput> {
  const [corpus, engine] = [await lab.corpus(), await lab.engine()];
  const { abortSignal, scratch, folder } = context;
  const model = await teach(corpus, lab.settings, {
    engine,
    checkpoints: folderStore(path.join(scratch, name)),
    abortSignal,
    onEvent,
  });
  const { bytes } = forwardGraph(model, 'logits');
  await writeFile(path.join(folder, 'model.onnx'), bytes);
  await saveMatrices(
    folder,
    'logits',
    await partLogits(engine, bytes, corpus, lab.settings.maxBytes),
  );
  const parameters = Object.values(model.values).reduce((sum, { data }) => sum + data.length, 0);
  return {
    id: `${name}@${contentHash([...bytes.subarray(-65536)]).slice(0, 16)}`,
    parameters,
    sizeBytes: bytes.length,
  };
}

/** Trains the teacher net. */
export function teacherStep(
  lab: Lab,
  context: PipelineStepContext,
  onEvent?: EventSink,
): Promise<TextModelOutput> {
  return textModelStep(lab, 'ngram-net', trainTeacher, context, onEvent);
}

/** Trains the logistic regression. */
export function baselineStep(
  lab: Lab,
  context: PipelineStepContext,
  onEvent?: EventSink,
): Promise<TextModelOutput> {
  return textModelStep(lab, 'logistic-regression', trainBaseline, context, onEvent);
}
