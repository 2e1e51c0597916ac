import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import type { Answer, Item, Provenance, Teacher } from '@limbeck/core';
import type { PipelineStepContext } from '@limbeck/pipeline';
import { softmax } from '../features.js';
import { labelAll, type Labelled, signalFile } from '../label.js';
import type { Lab } from '../lab.js';
import { netTeacher, type TeacherSignals } from '../net-teacher.js';
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

/** The mean of two teachers' distributions, item by item. */
function meanTeacher(
  a: Teacher<string, TeacherSignals>,
  b: Teacher<string, TeacherSignals>,
): Teacher<string, TeacherSignals> {
  return {
    id: `mean(${a.id}, ${b.id})`,
    signals: a.signals,
    async *label(items, options) {
      const kept: Item<string>[] = [];
      for await (const item of items) kept.push(item);
      async function* again() {
        yield* kept;
      }
      const others = b.label(again(), options)[Symbol.asyncIterator]();
      for await (const answer of a.label(again(), options)) {
        const other = await others.next();
        if (other.done === true) return;
        yield merge(answer, other.value);
      }
    },
  };
}

type Said = Answer<string, TeacherSignals>;

function merge(one: Said, two: Said): Said {
  if (!one.ok) return one;
  if (!two.ok) return two;
  const [p, q] = [softmax(one.signals.logits), softmax(two.signals.logits)];
  const logits = Float32Array.from(p, (share, i) => Math.log((share + q[i]!) / 2));
  return { ...one, signals: { logits }, provenance: { ...one.provenance, kind: 'probabilities' } };
}
