import path from 'node:path';
import { event, isLimbeckError, type JsonObject } from '@limbeck/core';
import { accuracy, bootstrap, fitTemperature, topLabels } from '@limbeck/evaluators';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { ExportRecord, Metrics } from '@limbeck/train';
import { type Forecast, forecast } from '../budget.js';
import type { Example, Parts } from '../example.js';
import type { Family } from '../families.js';
import type { Lab } from '../lab.js';
import { type LessonName, lessonNames, lessonOf } from '../lesson.js';
import { hasMatrices, loadMatrices, type Matrices, saveMatrices } from '../matrices.js';
import type { Tools, Trained } from '../net.js';
import type { Watched } from '../net-answers.js';
import { accuracyOf, probabilitiesOf, rowsOf } from '../numbers.js';
import type { FamilyName } from '../options.js';
import { shipFamily } from '../ship-family.js';

/** One trained student; its logits lie in the file `<lesson>-<seed>`. */
export interface StudentOutput {
  readonly lesson: LessonName;
  readonly seed: number;
  /** Labels that it saw. */
  readonly labels: number;
  /** Fitted on validation; what its logits are divided by. */
  readonly temperature: number;
  readonly validationAccuracy: number;
  readonly canary: Trained['canary'];
  readonly seconds: number;
  readonly curve: readonly { readonly step: number; readonly values: Metrics }[];
}

/** What a family came to: trained, or left out and why. */
export type FamilyOutput =
  | {
      readonly state: 'trained';
      readonly family: FamilyName;
      readonly architecture: string;
      readonly maxBytes: number;
      readonly forecast: Forecast;
      readonly students: readonly StudentOutput[];
      /** Of the distilled student that ships, on validation. */
      readonly validation: { readonly value: number; readonly low: number; readonly high: number };
      readonly exported: ExportRecord;
      /** Why there is no int8 file. */
      readonly int8Refused?: string;
      readonly training: { readonly [option: string]: string };
      readonly trainingSeconds: number;
    }
  | {
      readonly state: 'left-out';
      readonly family: FamilyName;
      readonly why: string;
      readonly trainingSeconds: number;
    };

/** What the step is given. */
export interface FamilyStep {
  readonly family: FamilyName;
  readonly labels: readonly string[];
  readonly field: string;
  readonly schema: JsonObject | undefined;
  readonly folders: { readonly read: string; readonly split: string; readonly teacher: string };
  readonly seeds: readonly number[];
  /** The weight of the soft targets, in [0, 1]. */
  readonly teacherWeight: number;
  /** What is left of the budget; a family that is the only one to ship may pass it. */
  readonly secondsLeft: number;
  readonly first: boolean;
}

/**
 * The weight of the teacher's soft targets beside the labels. A teacher that was trained here knows the same labels, less a
 * fold: where it is wrong it must not outweigh the label that is right. On the validation texts of three data sets 0.3 did
 * better than 0.6 on the whole. A teacher from outside knows more than the labels.
 */
export const teacherWeights = { trained: 0.3, given: 0.6 } as const;

/** Trains a family's students and their controls, if they fit into the budget, and exports the one that would ship. */
export async function familyStep(
  lab: Lab,
  given: FamilyStep,
  context: PipelineStepContext,
): Promise<FamilyOutput> {
  const { family: name, labels, folders, seeds, teacherWeight, secondsLeft, first } = given;
  const started = performance.now();
  const spent = (): number => (performance.now() - started) / 1000;
  if (!first && secondsLeft <= 0) {
    const why = 'Nothing was left of the budget.';
    return { state: 'left-out', family: name, why, trainingSeconds: 0 };
  }
  const { parts, clusters } = await lab.parts(folders);
  const family = lab.family(name, labels, parts);
  const { matrices } = await loadMatrices(folders.teacher, 'logits');
  const room = await classroom(lab, parts, matrices, labels, context);
  const { examples, targets, tools } = room;
  const training = family.training(examples.length);
  const sample = lessonOf('distilled', examples, targets, { seed: seeds[0]!, teacherWeight });
  const perStep = await family.pupil.secondsPerStep(sample, training, seeds[0]!, tools);
  const planned = forecast(perStep, training.steps, lessonNames.length, seeds, secondsLeft);
  const fitting = first && planned.seeds.length === 0 ? seeds.slice(0, 1) : planned.seeds;
  context.onEvent?.(
    event('distil/forecast', {
      family: name,
      ...planned,
      message: `The students of this family take about ${Math.ceil(planned.seconds)} s by forecast.`,
    }),
  );
  if (fitting.length === 0) {
    const why = `Its students would take about ${Math.ceil(planned.seconds / seeds.length)} s, and ${Math.max(0, Math.floor(secondsLeft))} s were left of the budget.`;
    return { state: 'left-out', family: name, why, trainingSeconds: spent() };
  }
  const students: StudentOutput[] = [];
  let shipped: Trained | undefined;
  for (const seed of fitting) {
    for (const lesson of lessonNames) {
      const file = `${lesson}-${seed}`;
      // The one that ships is trained again after a kill, since its weights are not kept beside its answers.
      const again = lesson === 'distilled' && seed === fitting[0];
      if (!again && context.resumed && (await hasMatrices(context.folder, file))) {
        students.push((await loadMatrices<StudentOutput>(context.folder, file)).about);
        continue;
      }
      try {
        const trained = await trainOne(room, family, lesson, { seed, teacherWeight });
        students.push(await keep(context.folder, file, room, lesson, seed, trained));
        if (again) shipped = trained;
      } catch (error) {
        // A family that learns nothing from this teacher is no reason to lose the others.
        if (first || !isLimbeckError(error, 'targets-misaligned')) throw error;
        const why = 'Halfway through, its student was no nearer to its teacher than to chance.';
        return { state: 'left-out', family: name, why, trainingSeconds: spent() };
      }
    }
  }
  const best = students[0]!;
  const { exported, int8Refused } = await shipFamily({
    family,
    shippable: shipped!.shippable(),
    temperature: best.temperature,
    labels,
    field: given.field,
    schema: given.schema,
    folder: path.join(context.folder, 'student'),
    engine: tools.engine,
    validation: parts.validation,
    clusters: parts.validation.map(({ at }) => clusters[at]!),
    texts: [...parts.unlabelled, ...parts.train].map(({ text }) => text),
    context,
  });
  const { matrices: own } = await loadMatrices(context.folder, `distilled-${fitting[0]!}`);
  return {
    state: 'trained',
    family: name,
    architecture: family.architecture,
    maxBytes: family.maxBytes,
    forecast: planned,
    students,
    validation: validationAccuracy(own['validation']!, parts.validation, clusters, labels.length),
    exported,
    ...(int8Refused === undefined ? {} : { int8Refused }),
    training: described(training, fitting, seeds, teacherWeight),
    trainingSeconds: spent(),
  };
}

interface Classroom {
  readonly examples: readonly Example[];
  readonly targets: readonly Float32Array[];
  readonly watched: Watched;
  readonly parts: Parts;
  readonly tools: Tools;
}

async function classroom(
  lab: Lab,
  parts: Parts,
  teacher: Matrices,
  labels: readonly string[],
  { abortSignal, onEvent }: PipelineStepContext,
): Promise<Classroom> {
  const rows = (part: keyof Parts): Float32Array[] => rowsOf(teacher[part]!, labels.length);
  return {
    examples: [...parts.train, ...parts.unlabelled],
    targets: [...rows('train'), ...rows('unlabelled')],
    watched: { examples: parts.validation, teacher: rows('validation') },
    parts,
    tools: { engine: await lab.engine(), labels, abortSignal, onEvent },
  };
}

function trainOne(
  { examples, targets, watched, tools }: Classroom,
  family: Family,
  lesson: LessonName,
  options: { readonly seed: number; readonly teacherWeight: number },
): Promise<Trained> {
  const { seed } = options;
  const rows = lessonOf(lesson, examples, targets, options);
  // As many steps for each, whatever it is trained on, so that a control is no shorter.
  return family.pupil.train(rows, family.training(examples.length), seed, tools, watched);
}

async function keep(
  folder: string,
  file: string,
  { parts, examples, tools }: Classroom,
  lesson: LessonName,
  seed: number,
  trained: Trained,
): Promise<StudentOutput> {
  const classes = tools.labels.length;
  const validation = await trained.logitsOf(parts.validation);
  const test = await trained.logitsOf(parts.test);
  const truth = parts.validation.map(({ label }) => label!);
  const output: StudentOutput = {
    lesson,
    seed,
    labels: examples.filter(({ label }) => label !== undefined).length,
    temperature: fitTemperature({ logits: validation, classes }, truth, { minItems: 2 })
      .temperature,
    validationAccuracy: accuracyOf(validation, truth, classes),
    canary: trained.canary,
    seconds: trained.seconds,
    curve: trained.curve,
  };
  await saveMatrices(folder, file, { validation, test }, output);
  return output;
}

function validationAccuracy(
  logits: Float32Array,
  examples: readonly Example[],
  clusters: readonly number[],
  classes: number,
) {
  const truth = examples.map(({ label }) => label!);
  const labels = topLabels(probabilitiesOf(logits, classes));
  const rows = accuracy().rows({ labels, classes }, truth);
  return bootstrap(accuracy(), rows, { clusters: examples.map(({ at }) => clusters[at]!) });
}

function described(
  training: ReturnType<Family['training']>,
  fitting: readonly number[],
  seeds: readonly number[],
  teacherWeight: number,
): { readonly [option: string]: string } {
  const { steps, batchSize, rate, weightDecay, temperature } = training;
  return {
    Loss: `${teacherWeight} soft targets at temperature ${temperature} + ${Number((1 - teacherWeight).toFixed(2))} cross-entropy on the labels`,
    Optimiser: `AdamW, peak rate ${rate}, cosine, weight decay ${weightDecay}, ${steps.toLocaleString('en-US')} steps of ${batchSize}`,
    ...(fitting.length < seeds.length ? { 'Seeds that fitted': fitting.join(', ') } : {}),
  };
}
