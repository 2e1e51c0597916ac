import { contentHash } from '@limbeck/data';
import { mlp } from '@limbeck/nn';
import { Rng } from '@limbeck/core';
import { forecast } from './budget.js';
import type { Example } from './example.js';
import { bytesToRead, stepsFor } from './families.js';
import { type Pupil, pupil, type Tools, type Trained, type Training } from './net.js';
import {
  byteNgrams,
  featureInputs,
  informativeBuckets,
  NgramFeatures,
  TextCounts,
  together,
  widthOf,
  wordsAndPairs,
} from './ngram-features.js';
import { probabilitiesOf } from './numbers.js';

/** How large a teacher is trained. */
export interface TeacherSize {
  readonly name: string;
  readonly buckets: number;
  readonly features: number;
  readonly hidden: readonly number[];
  readonly folds: number;
}

/** Multiplies feature vectors of length 1, so that layers start at a useful size. */
const scale = 8;

/** From the largest to the one that always runs. */
const teacherSizes: readonly TeacherSize[] = [
  { name: 'wide', buckets: 65536, features: 12288, hidden: [96], folds: 4 },
  { name: 'middle', buckets: 65536, features: 8192, hidden: [64], folds: 3 },
  { name: 'narrow', buckets: 32768, features: 6144, hidden: [], folds: 3 },
];

/** What a cross-fitted teacher says: of training texts by the members that did not see them, of others by all. */
export interface CrossFitted {
  readonly id: string;
  readonly parameters: number;
  /** Logits `[examples, labels]` by part. */
  readonly logits: { readonly [part: string]: Float32Array };
  /** Milliseconds a text took, over all members. */
  readonly millisecondsEach: number;
}

/** What it is trained on and asked about. */
export interface TeacherTask {
  readonly labels: readonly string[];
  /** Labelled training examples. */
  readonly train: readonly Example[];
  /** The cluster of each: members of one stay in one fold. */
  readonly clusters: ArrayLike<number>;
  /** Further texts, by part. */
  readonly others: { readonly [part: string]: readonly Example[] };
  readonly seed: number;
}

/**
 * Trains a teacher on all labels so that what it says of a training text was never fitted to that text's label: the rows
 * are dealt into folds, and each fold's answers come from members that saw the others. A teacher that answers from memory
 * teaches the labels again, and hides which of them are wrong.
 *
 * Each fold has a net with a hidden layer beside a linear one, both on hashed byte n-grams, words and pairs of words; what they
 * say is their mean. Nothing of it ships, so its features need not run inside a graph.
 *
 * @see Dao, Kamath, Syrgkanis and Mackey, "Knowledge Distillation as Semiparametric Inference", 2021, §4 (cross-fitting).
 * {@link https://arxiv.org/abs/2104.09732}
 */
export async function crossFit(
  task: TeacherTask,
  size: TeacherSize,
  tools: Tools,
): Promise<CrossFitted> {
  const { labels, train, others, seed } = task;
  const classes = labels.length;
  const fold = foldsOf(task, size.folds);
  const own = new Float64Array(train.length * classes);
  const sums = Object.fromEntries(
    Object.entries(others).map(([part, rows]) => [part, new Float64Array(rows.length * classes)]),
  );
  let [parameters, members, texts, milliseconds] = [0, 0, 0, 0];
  for (let k = 0; k < size.folds; k++) {
    const seen = train.filter((_, i) => fold[i] !== k);
    const unseen = train.map((_, i) => i).filter((i) => fold[i] === k);
    for (const member of await fitMembers(seen, task, size, tools, seed + k)) {
      members++;
      parameters += Object.values(member.shippable().values).reduce(
        (sum, { data }) => sum + data.length,
        0,
      );
      const started = performance.now();
      add(own, await member.logitsOf(unseen.map((i) => train[i]!)), classes, unseen);
      for (const [part, rows] of Object.entries(others)) {
        if (rows.length > 0) add(sums[part]!, await member.logitsOf(rows), classes);
        texts += rows.length;
      }
      texts += unseen.length;
      milliseconds += performance.now() - started;
    }
  }
  const logits = Object.fromEntries(
    Object.entries(sums).map(([part, sum]) => [part, logsOf(sum, members)]),
  );
  return {
    id: `${size.name}-ngrams@${contentHash([...logsOf(own, 1).subarray(0, 4096)]).slice(0, 16)}`,
    parameters,
    logits: { train: logsOf(own, members / size.folds), ...logits },
    millisecondsEach: (members * milliseconds) / Math.max(1, texts),
  };
}

/**
 * The largest teacher that fits into so many seconds, by steps of its widest member that are measured; the smallest where
 * none does.
 */
export async function chooseSize(
  task: TeacherTask,
  tools: Tools,
  seconds: number,
): Promise<TeacherSize> {
  const { train, labels, seed } = task;
  for (const size of teacherSizes.slice(0, -1)) {
    const rows = Math.ceil((train.length * (size.folds - 1)) / size.folds);
    // What is measured is one member, and there is a linear one beside each, which is at most as slow.
    const plan = memberTraining(rows, size.hidden);
    const { features, width, lesson } = memberParts(train, labels, train, size);
    const net = memberNet(labels, features, width, size.hidden);
    const each = await net.secondsPerStep(lesson, plan, seed, tools);
    if (forecast(each, plan.steps, 2 * size.folds, [seed], seconds).seeds.length > 0) return size;
  }
  return teacherSizes.at(-1)!;
}

/** Deals clusters into folds, label by label. */
function foldsOf({ train, clusters, seed }: TeacherTask, folds: number): Uint8Array {
  const order = Rng.from(seed).stream('folds').permutation(train.length);
  const foldOf = new Map<number, number>();
  const dealt = new Map<number, number>();
  for (const i of order) {
    const cluster = clusters[i]!;
    if (foldOf.has(cluster)) continue;
    const label = train[i]!.label!;
    const next = dealt.get(label) ?? 0;
    foldOf.set(cluster, next % folds);
    dealt.set(label, next + 1);
  }
  return Uint8Array.from(train, (_, i) => foldOf.get(clusters[i]!)!);
}

/** The nets of one fold: with a hidden layer, where the size has one, and without. */
async function fitMembers(
  seen: readonly Example[],
  { labels, train }: TeacherTask,
  size: TeacherSize,
  tools: Tools,
  seed: number,
): Promise<Trained[]> {
  const { features, width, lesson } = memberParts(seen, labels, train, size);
  const found: Trained[] = [];
  for (const hidden of size.hidden.length === 0 ? [[]] : [size.hidden, []]) {
    const net = memberNet(labels, features, width, hidden);
    found.push(await net.train(lesson, memberTraining(seen.length, hidden), seed, tools));
  }
  return found;
}

const counted = new WeakMap<readonly Example[], Map<number, TextCounts>>();

/** Byte n-grams, words and pairs of words, counted once for all folds and sizes with as many buckets. */
function countsOf(train: readonly Example[], buckets: number): TextCounts {
  const known = counted.get(train) ?? new Map<number, TextCounts>();
  counted.set(train, known);
  const found = known.get(buckets);
  if (found !== undefined) return found;
  const maxBytes = bytesToRead(train, 2048);
  const made = new TextCounts(
    together([
      byteNgrams({ orders: [2, 3, 4, 5, 6], buckets, maxBytes }),
      wordsAndPairs(buckets, maxBytes),
    ]),
  );
  known.set(buckets, made);
  return made;
}

/** What the members of a fold share: features chosen by the labels that they see, and the lesson. */
function memberParts(
  seen: readonly Example[],
  labels: readonly string[],
  train: readonly Example[],
  { buckets, features: limit }: TeacherSize,
) {
  const texts = countsOf(train, buckets);
  const rows = seen.map(({ text, label }) => ({ text, label: label! }));
  const table = informativeBuckets(rows, labels.length, texts, limit);
  const width = widthOf(table);
  const silent = new Float32Array(labels.length);
  return {
    features: new NgramFeatures(texts, table, width, scale),
    width,
    lesson: {
      rows: seen.map((example) => ({ example, label: example.label, teacher: silent })),
      teacherWeight: 0,
      canary: false,
    },
  };
}

function memberNet(
  labels: readonly string[],
  features: NgramFeatures,
  width: number,
  hidden: readonly number[],
): Pupil {
  const model = mlp({
    labels,
    width,
    hidden,
    featureDropout: 0.3,
    ...(hidden.length === 0 ? {} : { dropout: 0.3 }),
  });
  return pupil({
    learner: model,
    inputs: featureInputs(features),
    prepare: (examples) => features.prepare(examples),
  });
}

/** How a member is trained on so many rows. */
function memberTraining(rows: number, hidden: readonly number[]): Training {
  const batchSize = rows < 2000 ? 32 : rows < 20_000 ? 64 : 128;
  return {
    steps: stepsFor(rows, batchSize, 8, [200, 2500]),
    batchSize,
    rate: hidden.length === 0 ? 0.02 : 0.003,
    weightDecay: 0.01,
    temperature: 1,
    labelSmoothing: 0.02,
  };
}

/** Adds softmax(logits) to a sum, row by row; to the rows at `places` where they are given. */
function add(
  sum: Float64Array,
  logits: Float32Array,
  classes: number,
  places?: readonly number[],
): void {
  const { probabilities } = probabilitiesOf(logits, classes);
  probabilities.forEach((p, i) => {
    const row = Math.floor(i / classes);
    const to = places === undefined ? i : places[row]! * classes + (i % classes);
    sum[to]! += p;
  });
}

/** The logarithm of the mean, kept finite. */
function logsOf(sum: Float64Array, count: number): Float32Array {
  return Float32Array.from(sum, (total) => Math.log(Math.max(1e-7, total / count)));
}
