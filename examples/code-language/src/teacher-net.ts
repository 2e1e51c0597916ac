import type { EventSink } from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier, type NgramClassifier } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { type CheckpointStore, distillation, type Shippable, train } from '@limbeck/train';
import { teacherBatches } from './batches.js';
import type { Corpus } from './corpus/index.js';
import { ngramOrders, type Settings } from './settings.js';

/** The large n-gram net: many buckets, a wide hidden layer, whole n-grams dropped while it learns. */
export function teacherModel(corpus: Corpus, settings: Settings): NgramClassifier {
  const { buckets, hidden } = settings.teacher;
  return ngramClassifier({
    labels: corpus.languages,
    orders: ngramOrders,
    buckets,
    hidden,
    ngramDropout: 0.5,
    dropout: 0.3,
    scale: 8,
    maxBytes: settings.maxBytes,
  });
}

/** What training needs beside corpus and settings. */
export interface TrainingTools {
  readonly engine: Engine;
  readonly checkpoints?: CheckpointStore;
  readonly abortSignal?: AbortSignal | undefined;
  readonly onEvent?: EventSink | undefined;
}

/** Trains the teacher on all training labels; every epoch draws other windows from the same files. */
export async function trainTeacher(
  corpus: Corpus,
  settings: Settings,
  tools: TrainingTools,
): Promise<Shippable> {
  const { epochs, batchSize, rate } = settings.teacher;
  const { maxBytes } = settings;
  const steps = epochs * Math.ceil(corpus.train.length / batchSize);
  const program = distillation({
    student: teacherModel(corpus, settings),
    loss: crossEntropy({ labelSmoothing: 0.05 }),
    optimizer: adamw({ rate: cosine({ peak: rate, warmup: 0.05 }), weightDecay: 0.01 }),
    batches: teacherBatches((epoch) => corpus.redrawTraining(epoch, 0), {
      batchSize,
      maxBytes,
      classes: corpus.languages.length,
    }),
    steps,
  });
  const { students } = await train(program, { ...tools, reportEvery: 25 });
  return students['student']!;
}

/** The hashed n-gram logistic regression on all training labels: the floor that a teacher must be above. */
export async function trainBaseline(
  corpus: Corpus,
  settings: Settings,
  tools: TrainingTools,
): Promise<Shippable> {
  const { buckets, epochs } = settings.baseline;
  const { batchSize } = settings.teacher;
  const { maxBytes } = settings;
  const program = distillation({
    student: ngramClassifier({
      labels: corpus.languages,
      orders: ngramOrders,
      buckets,
      normalise: 'none',
      maxBytes,
    }),
    loss: crossEntropy(),
    optimizer: adamw({ rate: cosine({ peak: 0.02, warmup: 0.05 }), weightDecay: 0 }),
    batches: teacherBatches(() => corpus.train, {
      batchSize,
      maxBytes,
      classes: corpus.languages.length,
    }),
    steps: epochs * Math.ceil(corpus.train.length / batchSize),
  });
  const { students } = await train(program, { ...tools, reportEvery: 25 });
  return students['student']!;
}
