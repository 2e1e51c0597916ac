// Does explain() find what an answer rests on? Deleting its three top pieces must change the answer more often than
// deleting three random ones. Two kinds of students: those trained here on SST-2 and TREC, one a seed, and the student that
// examples/code-language exported (run `npm start` before). Needs LIMBECK_DATA; `--smoke` does little of all;
// with --record the result is kept in results/explain.json.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Rng } from '@limbeck/core';
import { batches, joinCollators, labelCollator, textCollator } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier, type TextInputs } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import { loadStudentFrom, onnxSessions, type Student } from '@limbeck/predict';
import { loadStudent } from '@limbeck/predict/node';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Tensor } from '@limbeck/tensor';
import { distillation, packStudent, train } from '@limbeck/train';
import * as ort from 'onnxruntime-node';
import { without } from '../src/explain.js';

const data = process.env['LIMBECK_DATA'];
if (!data) {
  console.log('explain: skipped, LIMBECK_DATA names no folder of data sets');
  process.exit(0);
}
const smoke = process.argv.includes('--smoke');
const seeds = smoke ? [1, 2] : [1, 2, 3, 4, 5];
const textsPerSeed = smoke ? 20 : 300;
/** What is deleted, and the fewest pieces that a text may have. */
const [deleted, fewest] = [3, 8];
const maxBytes = 256;
const root = path.resolve(import.meta.dirname, '../../..');

interface Row {
  readonly text: string;
  readonly label: string;
}

/** What one seed found: how often the answer changed. */
interface Trial {
  /** 1 where deleting the top pieces changed the answer, one a text. */
  readonly top: readonly number[];
  /** Likewise of random pieces. */
  readonly random: readonly number[];
}

function rowsOf(file: string): Row[] {
  const place = path.resolve(root, data!, 'text-classification', file);
  const lines = gunzipSync(readFileSync(place)).toString('utf8').trim().split('\n');
  return lines.map((line) => {
    const { text, label } = JSON.parse(line) as { text: string; label: string | number };
    return { text, label: String(label) };
  });
}

type Batch = { readonly inputs: TextInputs; readonly labels: Tensor };
const engine = await nodeEngine();

/** A student of n-grams, trained on a data set's labels. */
async function studentOf(rows: readonly Row[], seed: number): Promise<Student> {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const student = ngramClassifier({ labels, orders: [1, 2, 3, 4], buckets: 16_384, maxBytes });
  const collator = joinCollators<Row, Batch>({
    inputs: textCollator({ text: (row) => row.text, maxBytes }),
    labels: labelCollator({ label: (row) => labels.indexOf(row.label), classes: labels.length }),
  });
  const program = distillation({
    student,
    loss: crossEntropy(),
    optimizer: adamw({ rate: cosine({ peak: 0.02 }), weightDecay: 0.01 }),
    batches: batches(rows, { batchSize: 64, collator }),
    steps: smoke ? 60 : 600,
  });
  const { students } = await train(program, { engine, seed });
  const { files } = await packStudent(students['student']!, { engine, labels, maxBytes });
  const config = new TextDecoder().decode(files['config.json']);
  return loadStudentFrom({ config, model: files['onnx/model.onnx']! }, onnxSessions(ort));
}

async function trial(student: Student, texts: readonly string[], seed: number): Promise<Trial> {
  const rng = Rng.from(seed).stream('explain');
  const [top, random]: [number[], number[]] = [[], []];
  for (const text of rng.shuffle(texts)) {
    if (top.length === textsPerSeed) break;
    const { label, pieces } = await student.explain(text);
    if (pieces.length < fewest) continue;
    const best = [...pieces].sort((a, b) => b.score - a.score).slice(0, deleted);
    const drawn = rng.shuffle(pieces).slice(0, deleted);
    const inOrder = (some: typeof best) => [...some].sort((a, b) => a.start - b.start);
    const [withoutTop, withoutRandom] = await student.predict([
      without(text, inOrder(best)),
      without(text, inOrder(drawn)),
    ]);
    top.push(Number(withoutTop!.label !== label));
    random.push(Number(withoutRandom!.label !== label));
  }
  return { top, random };
}

/** The student and the test snippets of examples/code-language, where it has been run. */
async function codeStudent(): Promise<{ student: Student; texts: string[] } | undefined> {
  const runs = path.join(root, '.limbeck/runs');
  const names = existsSync(runs) ? readdirSync(runs) : [];
  for (const name of names.filter((each) => each.startsWith('code-language-')).sort()) {
    const folder = path.join(runs, name, 'student');
    if (!existsSync(folder)) continue;
    const place = (file: string): string =>
      new URL(`../../../examples/code-language/src/${file}.ts`, import.meta.url).href;
    const { loadCorpus } = (await import(place('corpus/index'))) as {
      loadCorpus(options: { smoke: boolean }): Promise<{ test: readonly { text: string }[] }>;
    };
    const { test } = await loadCorpus({ smoke: false });
    return { student: await loadStudent(folder), texts: test.map(({ text }) => text) };
  }
  return undefined;
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

/** The 95% interval of the difference by bootstrap over seeds and, within each, over texts. */
function interval(trials: readonly Trial[]): { difference: number; low: number; high: number } {
  const rng = Rng.from(0).stream('bootstrap');
  const gaps = trials.map(({ top, random }) => top.map((hit, i) => hit - random[i]!));
  const draw = (of: readonly number[]): number => mean(of.map(() => of[rng.integer(of.length)]!));
  const draws = Array.from({ length: 2000 }, () =>
    mean(gaps.map(() => draw(gaps[rng.integer(gaps.length)]!))),
  ).sort((a, b) => a - b);
  return { difference: mean(gaps.map(mean)), low: draws[50]!, high: draws[1949]! };
}

const results: object[] = [];
async function report(name: string, note: string, trials: readonly Trial[]): Promise<void> {
  const { difference, low, high } = interval(trials);
  const share = (pick: (trial: Trial) => readonly number[]): number[] =>
    trials.map((each) => Number(mean(pick(each)).toFixed(4)));
  const row = {
    student: name,
    note,
    textsPerSeed: trials[0]!.top.length,
    changedByTop: share(({ top }) => top),
    changedByRandom: share(({ random }) => random),
    difference: Number(difference.toFixed(4)),
    low: Number(low.toFixed(4)),
    high: Number(high.toFixed(4)),
    reproduced: low > 0,
  };
  results.push(row);
  console.log(
    `${name}: the answer changes in ${(100 * mean(row.changedByTop)).toFixed(1)}% without the top ${deleted} pieces, in ${(100 * mean(row.changedByRandom)).toFixed(1)}% without ${deleted} random ones; ${(100 * row.difference).toFixed(1)} points more (${(100 * row.low).toFixed(1)} to ${(100 * row.high).toFixed(1)})`,
  );
}

for (const [name, folder, part] of [
  ['SST-2', 'sst2', 'test'],
  ['TREC', 'trec', 'test'],
] as const) {
  const [training, test] = [
    rowsOf(`${folder}/train.jsonl.gz`),
    rowsOf(`${folder}/${part}.jsonl.gz`),
  ];
  const trials: Trial[] = [];
  for (const seed of seeds) {
    const student = await studentOf(training, seed);
    trials.push(
      await trial(
        student,
        test.map(({ text }) => text),
        seed,
      ),
    );
    await student.dispose();
  }
  await report(name, 'n-grams of 1 to 4 bytes, one student a seed', trials);
}
const code = await codeStudent();
if (code === undefined) {
  console.log('code-language: left out, since no run of examples/code-language is there');
} else {
  const trials: Trial[] = [];
  for (const seed of seeds) trials.push(await trial(code.student, code.texts, seed));
  await report('code-language', 'the exported student; a seed draws snippets and pieces', trials);
  await code.student.dispose();
}
await engine.dispose();

if (process.argv.includes('--record')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const result = {
    claim: `Deleting the top ${deleted} pieces of explain() changes an answer more often than deleting ${deleted} random ones.`,
    command:
      'LIMBECK_DATA=… pnpm --filter @limbeck/predict exec tsx bench/explain.bench.ts --record',
    interval: '95%, by bootstrap over seeds and texts',
    seeds,
    students: results,
    machine: { cpu: os.cpus()[0]!.model, cores: os.cpus().length, node: process.versions.node },
    finishedAt: new Date().toISOString(),
  };
  writeFileSync(new URL('explain.json', folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
