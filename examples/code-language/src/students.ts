import type { HostTensor } from '@limbeck/core';
import { batches, joinCollators, labelCollator, signalCollator } from '@limbeck/data';
import { crossEntropy, softTargets, weighted } from '@limbeck/losses';
import { mlp } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import {
  distillation,
  type Metrics,
  type Shippable,
  type StateTree,
  train,
  type TrainResult,
} from '@limbeck/train';
import { type FeatureBatch, type FeatureRow, rowsOf } from './batches.js';
import type { Corpus } from './corpus/index.js';
import type { FeatureParts, PartName } from './features.js';
import { matrix } from './matrix-files.js';
import { shippableRunner } from './shippable-runner.js';
import type { Candidate, Settings } from './settings.js';
import type { TrainingTools } from './teacher-net.js';

/** What a student learns from. */
export interface Lesson {
  /** Its training rows. */
  readonly rows: readonly FeatureRow[];
  /** The weight of the teacher's soft targets; the labels weigh the rest. */
  readonly teacherWeight: number;
  /** Whether its targets must be found aligned; off for controls whose targets are not the teacher's own. */
  readonly canary: boolean;
}

/** A trained student and what it says of every part. */
export interface TrainedStudent {
  readonly model: Shippable;
  /** Logits, `[snippets, languages]`. */
  readonly logits: { readonly [Part in PartName]?: Float32Array };
  /** Loss by step. */
  readonly curve: readonly { readonly step: number; readonly values: Metrics }[];
  readonly validationAccuracy: number;
  readonly canary: TrainResult<StateTree>['canary'];
}

/** What every student of a run shares. */
export interface Classroom {
  readonly corpus: Corpus;
  readonly settings: Settings;
  readonly candidate: Candidate;
  readonly features: FeatureParts;
  /** The teacher's logits of the validation windows. */
  readonly heldOut: readonly Float32Array[];
  readonly width: number;
  readonly tools: TrainingTools;
}

const ignored = -100;

/** A few batches are no training: the canary would rightly find that nothing was learnt. */
const leastSteps = 40;

/** Trains one student on kept features. The best state on the validation packages ships. */
export async function trainStudent(
  room: Classroom,
  lesson: Lesson,
  seed: number,
): Promise<TrainedStudent> {
  const { corpus, settings, candidate, features, width, tools } = room;
  const { batchSize } = settings.student;
  const perEpoch = Math.ceil(corpus.train.length / batchSize);
  const steps = Math.max(leastSteps, candidate.epochs * perEpoch);
  const classes = corpus.languages.length;
  const { teacherWeight } = lesson;
  const head = mlp({ labels: corpus.languages, width, hidden: candidate.hidden });
  const collator = joinCollators<FeatureRow, FeatureBatch>({
    inputs: joinCollators({ features: rowsOf<FeatureRow>(features.train, width) }),
    labels: labelCollator<FeatureRow>({ label: (row) => row.label, classes, ignored }),
    teacher: joinCollators({
      logits: signalCollator<FeatureRow>({ signal: (row) => row.teacher, width: classes }),
    }),
  });
  const truth = corpus.validation.map(({ label }) => label);
  const program = distillation({
    student: head,
    loss: weighted([
      [teacherWeight, softTargets({ temperature: candidate.temperature })],
      [1 - teacherWeight, crossEntropy({ ignore: ignored })],
    ]),
    optimizer: adamw({ rate: cosine({ peak: candidate.rate, warmup: 0.05 }), weightDecay: 0.01 }),
    batches: batches(lesson.rows, {
      batchSize: Math.min(batchSize, lesson.rows.length),
      collator,
      seed,
    }),
    steps,
    canary: lesson.canary ? { rows: [validationRows(room)] } : 'off',
    evaluation: {
      every: Math.max(1, Math.floor(steps / 6)),
      best: { metric: 'accuracy', higherIsBetter: true },
      metrics: async (predict) => {
        const { logits } = await predict(validationRows(room).inputs, ['logits']);
        return { accuracy: accuracyOf((logits as HostTensor<'float32'>).data, truth, classes) };
      },
    },
  });
  const curve: { step: number; values: Metrics }[] = [];
  const result = await train(program, {
    ...tools,
    seed,
    reportEvery: 20,
    onEvent: (event) => {
      if (event.kind === 'train/step') {
        curve.push({ step: event['step'] as number, values: event['metrics'] as Metrics });
      }
    },
  });
  const model = result.students['student']!;
  const logits = await headLogits(tools.engine, model, room);
  const validationAccuracy = accuracyOf(logits.validation, truth, classes);
  return { model, logits, curve, validationAccuracy, canary: result.canary };
}

/** The validation windows as the canary and the evaluation read them. */
function validationRows({ features, width, heldOut }: Classroom) {
  const classes = heldOut[0]!.length;
  const said = new Float32Array(heldOut.length * classes);
  heldOut.forEach((logits, row) => said.set(logits, row * classes));
  return {
    inputs: { features: matrix(features.validation, width) },
    teacher: matrix(said, classes),
  };
}

/** What a trained head says of the parts on which students are compared. */
async function headLogits(engine: Engine, model: Shippable, { features, width }: Classroom) {
  const runner = await shippableRunner(engine, model, 'logits');
  const of = async (matrix: Float32Array): Promise<Float32Array> => {
    const shape = [matrix.length / width, width];
    const out = await runner.run({ features: { dtype: 'float32', shape, data: matrix } });
    return (out as HostTensor<'float32'>).data;
  };
  const logits = {
    validation: await of(features.validation),
    test: await of(features.test),
    second: await of(features.second),
  };
  await runner.dispose();
  return logits;
}

/** The share of rows whose largest logit is the label's. */
export function accuracyOf(
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
): number {
  let right = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    if (scores.indexOf(Math.max(...scores)) === label) right++;
  });
  return right / labels.length;
}
