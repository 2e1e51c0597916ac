import type { Collator, EventSink, HostTensor, HostTree } from '@limbeck/core';
import type { TextInputs } from '@limbeck/nn';
import { batches, joinCollators, labelCollator, signalCollator } from '@limbeck/data';
import { crossEntropy, softTargets, weighted } from '@limbeck/losses';
import { adamw, clipByGlobalNorm, cosine } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import type { Model, Tensor, TensorTree } from '@limbeck/tensor';
import { distillation, type Metrics, ship, type Shippable, train } from '@limbeck/train';
import { orderByLength } from './order-by-length.js';
import type { Example } from './example.js';
import type { Lesson, LessonRow } from './lesson.js';
import { chunks, joined, logitsOf, type Watched } from './net-answers.js';
import { accuracyOf } from './numbers.js';
import { showSamples } from './show-samples.js';

/** How a net is trained. */
export interface Training {
  readonly steps: number;
  readonly batchSize: number;
  /** The highest rate; it rises at first and falls to 0. */
  readonly rate: number;
  readonly weightDecay: number;
  /** Divides both models' logits in soft targets. */
  readonly temperature: number;
  readonly labelSmoothing?: number;
  /** Whether texts of like length share a batch, so that little of it is padding. */
  readonly byLength?: boolean;
  /** Steps between two reports. @defaultValue a sixtieth of all */
  readonly reportEvery?: number;
}

/** A model to be trained: what learns, what ships with the same parameters, and what the former reads. */
export interface Net<In extends TensorTree, P extends TensorTree> {
  readonly learner: Model<In, { readonly logits: Tensor }, P>;
  /** @defaultValue the learner itself */
  readonly whole?: Model<TextInputs, { readonly logits: Tensor }, P>;
  readonly inputs: Collator<Example, In>;
  /** Does once what `inputs` does on first sight of an example, so that a measured step has none of it. */
  prepare?(examples: readonly Example[]): void;
}

/** What training needs beside the lesson. */
export interface Tools {
  readonly engine: Engine;
  readonly labels: readonly string[];
  readonly abortSignal?: AbortSignal | undefined;
  readonly onEvent?: EventSink | undefined;
}

/** A trained net. */
export interface Trained {
  /** From bytes to logits, ready for a file. */
  shippable(): Shippable;
  readonly curve: readonly { readonly step: number; readonly values: Metrics }[];
  readonly canary: 'passed' | 'open' | 'off';
  readonly seconds: number;
  /** Logits `[examples, labels]`. */
  logitsOf(examples: readonly Example[]): Promise<Float32Array>;
}

/** A net whose types are its own affair. */
export interface Pupil {
  /** Trains it afresh. Without `watched` the last state is kept, else the best on those. */
  train(
    lesson: Lesson,
    training: Training,
    seed: number,
    tools: Tools,
    watched?: Watched,
  ): Promise<Trained>;
  /** Seconds of a training step, from a few that are thrown away. */
  secondsPerStep(lesson: Lesson, training: Training, seed: number, tools: Tools): Promise<number>;
}

const ignored = -1;
/** Steps of a measurement, and how many lie between two of its reports. */
const [probeSteps, probeReports] = [6, 2];
/** Below this the canary's standard errors say too little. */
const canaryRows = 100;

/** Hides what a net is made of. */
export function pupil<In extends TensorTree, P extends TensorTree>(net: Net<In, P>): Pupil {
  return {
    train: (lesson, training, seed, tools, watched) =>
      trainNet(net, lesson, training, seed, tools, watched),
    secondsPerStep: async (lesson, training, seed, tools) => {
      const seen: { readonly step: number; readonly ms: number }[] = [];
      net.prepare?.(lesson.rows.map(({ example }) => example));
      const { onEvent: _quiet, ...rest } = tools;
      const onEvent: EventSink = ({ kind, step }) => {
        if (kind === 'train/step') seen.push({ step: step as number, ms: performance.now() });
      };
      await trainNet(
        net,
        { ...lesson, canary: false },
        { ...training, steps: probeSteps, reportEvery: probeReports },
        seed,
        { ...rest, onEvent },
        undefined,
      );
      // The first report is behind the compilation and what else happens once.
      const [first, last] = [seen[0]!, seen.at(-1)!];
      return (last.ms - first.ms) / 1000 / (last.step - first.step);
    },
  };
}

type LessonBatch<In> = {
  readonly inputs: In;
  readonly labels: Tensor;
  readonly teacher: { readonly logits: Tensor };
};

async function trainNet<In extends TensorTree, P extends TensorTree>(
  { learner, whole, inputs }: Net<In, P>,
  lesson: Lesson,
  training: Training,
  seed: number,
  tools: Tools,
  watched: Watched | undefined,
): Promise<Trained> {
  const started = performance.now();
  const { engine, labels, abortSignal, onEvent } = tools;
  const classes = labels.length;
  const { steps, rate, weightDecay, temperature, labelSmoothing = 0, byLength = false } = training;
  const batchSize = Math.min(training.batchSize, lesson.rows.length);
  const collator = joinCollators<LessonRow, LessonBatch<In>>({
    inputs: ofExamples(inputs),
    labels: labelCollator<LessonRow>({ label: ({ label }) => label, classes, ignored }),
    teacher: joinCollators<LessonRow, { readonly logits: Tensor }>({
      logits: signalCollator<LessonRow>({ signal: ({ teacher }) => teacher, width: classes }),
    }),
  });
  const held = watched === undefined ? [] : chunks(watched, inputs, classes);
  const truth = watched?.examples.map(({ label }) => label) ?? [];
  const program = distillation({
    student: learner,
    loss: weighted([
      [lesson.teacherWeight, softTargets({ temperature })],
      [1 - lesson.teacherWeight, crossEntropy({ ignore: ignored, labelSmoothing })],
    ]),
    optimizer: clipByGlobalNorm(
      adamw({ rate: cosine({ peak: rate, warmup: 0.06 }), weightDecay }),
      5,
    ),
    batches: batches(
      byLength
        ? (epoch) =>
            orderByLength(lesson.rows, batchSize, ({ example }) => example.text, seed, epoch)
        : lesson.rows,
      { batchSize, collator, seed, shuffle: !byLength },
    ),
    steps,
    canary: lesson.canary && (watched?.examples.length ?? 0) >= canaryRows ? { rows: held } : 'off',
    ...(watched === undefined
      ? {}
      : {
          evaluation: {
            every: Math.max(1, Math.ceil(steps / 8)),
            best: { metric: 'accuracy', higherIsBetter: true },
            metrics: async (predict) => {
              const said: Float32Array[] = [];
              for (const chunk of held) {
                const { logits } = await predict(chunk.inputs, ['logits']);
                said.push((logits as HostTensor<'float32'>).data);
              }
              const logits = joined(said);
              showSamples(onEvent, watched.examples, logits, labels);
              return { accuracy: accuracyOf(logits, truth, classes) };
            },
          },
        }),
  });
  const curve: { step: number; values: Metrics }[] = [];
  const result = await train(program as never, {
    engine,
    seed,
    abortSignal,
    reportEvery: training.reportEvery ?? Math.max(5, Math.ceil(steps / 60)),
    onEvent: (what) => {
      onEvent?.(what);
      if (what.kind === 'train/step') {
        curve.push({ step: what['step'] as number, values: what['metrics'] as Metrics });
      }
    },
  });
  const best = result.best as unknown as {
    readonly student: { readonly parameters: HostTree<P> };
  };
  return {
    shippable: () =>
      whole === undefined ? result.students['student']! : ship(whole, best.student.parameters, {}),
    curve,
    canary: result.canary,
    seconds: (performance.now() - started) / 1000,
    logitsOf: (examples) =>
      logitsOf(engine, result.students['student']!, inputs, examples, classes),
  };
}

/** The inputs of a lesson's rows are those of their examples. */
function ofExamples<In>(inner: Collator<Example, In>): Collator<LessonRow, In> {
  return {
    specs: inner.specs,
    collate: (rows) => inner.collate(rows.map(({ example }) => example)),
  };
}
