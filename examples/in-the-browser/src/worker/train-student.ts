import {
  type BatchSource,
  type HostTensor,
  isLimbeckError,
  type LongWork,
  Rng,
} from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import { countParameters, ngramClassifier } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { distillation, packStudent, type Predict, train } from '@limbeck/train';
import type { LabelledText } from '../rows.js';
import { type Lesson, type LessonBatch, makeLesson, maxBytes } from './lesson.js';
import type { Report, Trained } from './messages.js';

/** Options of {@link trainStudent}. */
export interface TrainStudentOptions extends Pick<LongWork, 'abortSignal'> {
  readonly engine: Engine;
  readonly seed: number;
  /** Receives the split, steps and evaluations. */
  readonly report: (report: Report) => void;
  /** The text that someone looks at just now: answered at each evaluation. @defaultValue none */
  readonly watched?: () => string;
  /** Waits before each step, so that messages get through. @defaultValue no wait */
  readonly breathe?: () => Promise<void>;
}

/** Trains a student on labelled texts and packs it, or gives undefined if it was stopped. */
export async function trainStudent(
  rows: readonly LabelledText[],
  options: TrainStudentOptions,
): Promise<Trained | undefined> {
  const { engine, seed, report, abortSignal } = options;
  const started = performance.now();
  const lesson = makeLesson(rows, seed);
  const { labels } = lesson.split;
  report({ kind: 'split', ...lesson.split });
  const student = ngramClassifier({
    labels,
    orders: [1, 2, 3, 4],
    buckets: 8192,
    maxBytes,
    scale: 12,
  });
  const program = distillation({
    student,
    loss: crossEntropy({ ignore: -1 }),
    optimizer: adamw({ rate: cosine({ peak: 0.006, warmup: 0.05 }), weightDecay: 0.01 }),
    batches: breathing(lesson.source, options.breathe),
    steps: lesson.steps,
    evaluation: {
      every: Math.max(1, Math.floor(lesson.steps / 40)),
      // Of two states with as many right answers the one that is surer of them, and less sure of the others.
      best: { metric: 'loss', higherIsBetter: false },
      metrics: async (predict, view) => {
        const { accuracy, loss } = await judge(lesson, predict);
        report({ kind: 'evaluation', step: view.step, accuracy });
        const text = options.watched?.() ?? '';
        if (text !== '') {
          const [logits] = await logitsOf(lesson, [{ text, label: '' }], predict);
          report({ kind: 'answer', text, labels, probabilities: softmax(logits!) });
        }
        return { accuracy, loss };
      },
    },
  });
  try {
    const { students, evaluations } = await train(program, {
      engine,
      seed,
      reportEvery: 2,
      ...(abortSignal === undefined ? {} : { abortSignal }),
      onEvent: ({ kind, step, steps, metrics, secondsLeft }) => {
        if (kind !== 'train/step') return;
        const { loss } = metrics as { readonly loss: number };
        const at = { step: Number(step), steps: Number(steps), secondsLeft: Number(secondsLeft) };
        report({ kind: 'step', ...at, loss });
      },
    });
    const shipped = students['student']!;
    const { files } = await packStudent(shipped, {
      engine,
      labels,
      maxBytes,
      model: student.config,
    });
    return {
      labels,
      files,
      accuracy: evaluations.reduce((best, each) =>
        each.metrics['loss']! < best.metrics['loss']! ? each : best,
      ).metrics['accuracy']!,
      parameters: countParameters(student.init(Rng.from(0)).parameters),
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    if (isLimbeckError(error, 'interrupted') || isLimbeckError(error, 'aborted')) return undefined;
    throw error;
  }
}

/** The same batches, each after a pause in which the thread does what else there is to do. */
function breathing(
  source: BatchSource<LessonBatch>,
  breathe: (() => Promise<void>) | undefined,
): BatchSource<LessonBatch> {
  if (breathe === undefined) return source;
  return {
    ...source,
    async *open(from) {
      for await (const fed of source.open(from)) {
        await breathe();
        yield fed;
      }
    },
  };
}

/** Texts a batch when the student is judged. */
const judged = 64;

/** The share of right answers on the held-out texts, and their mean loss in nats. */
async function judge(
  lesson: Lesson,
  predict: Predict,
): Promise<{ readonly accuracy: number; readonly loss: number }> {
  const { heldOut, split } = lesson;
  let right = 0;
  let loss = 0;
  for (let start = 0; start < heldOut.length; start += judged) {
    const rows = heldOut.slice(start, start + judged);
    const answers = await logitsOf(lesson, rows, predict);
    answers.forEach((logits, i) => {
      const truth = split.labels.indexOf(rows[i]!.label);
      const probabilities = softmax(logits);
      if (logits.indexOf(Math.max(...logits)) === truth) right++;
      loss -= Math.log(Math.max(1e-30, probabilities[truth]!));
    });
  }
  return { accuracy: right / heldOut.length, loss: loss / heldOut.length };
}

/** What the student says of each text, by its logits. */
async function logitsOf(
  { texts, split }: Lesson,
  rows: readonly LabelledText[],
  predict: Predict,
): Promise<number[][]> {
  const { logits } = await predict({ ...texts.collate(rows) }, ['logits']);
  const { data } = logits as HostTensor<'float32'>;
  const width = split.labels.length;
  return rows.map((_, i) => [...data.subarray(i * width, (i + 1) * width)]);
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
