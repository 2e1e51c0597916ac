import {
  type Collator,
  event,
  type EventSink,
  type HostTensor,
  hostTensor,
  type HostTree,
  leaves,
  type Spec,
} from '@limbeck/core';
import type { TextInputs } from '@limbeck/nn';
import { batches, joinCollators, labelCollator, signalCollator } from '@limbeck/data';
import { crossEntropy, softTargets, weighted } from '@limbeck/losses';
import { adamw, clipByGlobalNorm, cosine } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { input, type Model, type Tensor, type TensorTree, toOnnx } from '@limbeck/tensor';
import { distillation, type Metrics, ship, type Shippable, train } from '@limbeck/train';
import { orderByLength } from './order-by-length.js';
import type { Example } from './example.js';
import type { Lesson, LessonRow } from './lesson.js';
import { accuracyOf, largest, probabilitiesOf } from './numbers.js';

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

/** Held-out examples by which the best state is kept, and what the teacher says of them. */
export interface Watched {
  readonly examples: readonly Example[];
  readonly teacher: readonly Float32Array[];
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
/** Rows that are run at once when nothing is learnt. */
const wide = 256;
/** Below this the canary's standard errors say too little. */
const canaryRows = 100;

/** Hides what a net is made of. */
export function pupil<In extends TensorTree, P extends TensorTree>(net: Net<In, P>): Pupil {
  return {
    train: (lesson, training, seed, tools, watched) =>
      trainNet(net, lesson, training, seed, tools, watched),
    secondsPerStep: async (lesson, training, seed, tools) => {
      const times: number[] = [];
      net.prepare?.(lesson.rows.map(({ example }) => example));
      const { onEvent: _quiet, ...rest } = tools;
      const onEvent: EventSink = ({ kind }) => {
        if (kind === 'train/step') times.push(performance.now());
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
      return (times.at(-1)! - times[0]!) / 1000 / (probeSteps - probeReports);
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

/** Held-out examples as batches of inputs by path, with the teacher's logits. */
function chunks<In>(
  { examples, teacher }: Watched,
  inputs: Collator<Example, In>,
  classes: number,
) {
  return sliced(examples.length).map(([from, to]) => ({
    inputs: Object.fromEntries(leaves<HostTensor>(inputs.collate(examples.slice(from, to)))),
    teacher: hostTensor('float32', [to - from, classes], joined(teacher.slice(from, to))),
  }));
}

function sliced(length: number): (readonly [from: number, to: number])[] {
  return Array.from({ length: Math.ceil(length / wide) }, (_, i) => [
    i * wide,
    Math.min(length, (i + 1) * wide),
  ]);
}

function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What a trained model says of examples; those of like length run together. */
async function logitsOf<In>(
  engine: Engine,
  model: Shippable,
  inputs: Collator<Example, In>,
  examples: readonly Example[],
  classes: number,
): Promise<Float32Array> {
  const named = (specs: { readonly [name: string]: Spec }): { [name: string]: Tensor } =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, input(name, spec)]));
  const { logits } = model.build(named(model.values), named(model.inputs));
  const runner = await engine.load(toOnnx({ logits: logits! }, { initialisers: model.values }));
  try {
    const order = examples
      .map((_, i) => i)
      .sort((a, b) => examples[a]!.text.length - examples[b]!.text.length);
    const found = new Float32Array(examples.length * classes);
    for (const [from, to] of sliced(examples.length)) {
      const places = order.slice(from, to);
      const fed = inputs.collate(places.map((i) => examples[i]!));
      const out = await runner.run(Object.fromEntries(leaves<HostTensor>(fed)));
      const { data } = out['logits'] as HostTensor<'float32'>;
      places.forEach((place, row) => {
        found.set(data.subarray(row * classes, (row + 1) * classes), place * classes);
      });
    }
    return found;
  } finally {
    await runner.dispose();
  }
}

/** Shows what the student says of a few held-out texts. */
function showSamples(
  onEvent: EventSink | undefined,
  examples: readonly Example[],
  logits: Float32Array,
  labels: readonly string[],
): void {
  if (onEvent === undefined) return;
  const classes = labels.length;
  const count = Math.min(6, examples.length);
  const rows = Array.from({ length: count }, (_, i) => {
    const place = Math.floor((i * examples.length) / count);
    const { text, label } = examples[place]!;
    const { probabilities } = probabilitiesOf(
      logits.subarray(place * classes, (place + 1) * classes),
      classes,
    );
    const predicted = largest(probabilities);
    return {
      text: text.slice(0, 300),
      label: label === undefined ? '' : labels[label]!,
      predicted: labels[predicted]!,
      probability: probabilities[predicted]!,
    };
  });
  onEvent(event('sample/predictions', { rows }));
}
