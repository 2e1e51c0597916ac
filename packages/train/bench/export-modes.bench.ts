// What each way to store a student costs: size, accuracy, agreement and time of a text encoder trained on AG News.
// Needs LIMBECK_DATA; with --record the result is kept in results/export-modes.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type HostTensor, hostTensor } from '@limbeck/core';
import { batches } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { encoderClassifier, type TextInputs } from '@limbeck/nn';
import { adamw, clipByGlobalNorm, cosine } from '@limbeck/optim';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Tensor } from '@limbeck/tensor';
import { distillation, packStudent, type QuantisedRecord, train } from '@limbeck/train';
import * as ort from 'onnxruntime-node';

const data = process.env['LIMBECK_DATA'];
if (!data) {
  console.log('export modes: skipped, LIMBECK_DATA names no folder of data sets');
  process.exit(0);
}

interface Row {
  readonly text: string;
  readonly label: number;
}
const labels = ['world', 'sports', 'business', 'science'];
const [vocabulary, maxTokens] = [8192, 48];

function rowsOf(file: string): Row[] {
  const place = path.resolve('../..', data!, 'text-classification/ag-news', file);
  const lines = gunzipSync(readFileSync(place)).toString('utf8').trim().split('\n');
  return lines.map((line) => {
    const row = JSON.parse(line) as { title?: string; text: string; label: string | number };
    const label = Number.isInteger(row.label)
      ? Number(row.label)
      : names.indexOf(String(row.label));
    return { text: `${row.title ?? ''} ${row.text}`, label };
  });
}
const names = ['World', 'Sports', 'Business', 'Sci/Tech'];

/** Words by a hash; 0 is padding. */
function idsOf(text: string): number[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.slice(0, maxTokens).map((word) => {
    let hash = 2166136261;
    for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 16777619);
    return 1 + ((hash >>> 0) % (vocabulary - 1));
  });
}

function inputsOf(rows: readonly Row[]) {
  const all = rows.map(({ text }) => idsOf(text));
  const width = Math.max(1, ...all.map((ids) => ids.length));
  const fill = (pick: (id: number) => number): number[] =>
    all.flatMap((ids) => Array.from({ length: width }, (_, i) => pick(ids[i] ?? 0)));
  const shape = [rows.length, width];
  return {
    ids: hostTensor(
      'int64',
      shape,
      fill((id) => id),
    ),
    mask: hostTensor(
      'int64',
      shape,
      fill((id) => Number(id > 0)),
    ),
  };
}

const inBatches = (rows: readonly Row[], size = 64) =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    inputsOf(rows.slice(i * size, (i + 1) * size)),
  );

type Batch = { readonly inputs: TextInputs; readonly labels: Tensor };
const model = encoderClassifier({
  labels,
  vocabulary,
  maxTokens,
  width: 128,
  layers: 2,
  heads: 4,
  dropout: 0.1,
});
const collator = {
  specs: { inputs: model.inputs, labels: { dtype: 'int64', shape: ['batch'] } },
  collate: (rows: readonly Row[]) => ({
    inputs: inputsOf(rows),
    labels: hostTensor(
      'int64',
      [rows.length],
      rows.map(({ label }) => label),
    ),
  }),
} as const;

const engine = await nodeEngine();
const training = rowsOf('train-subset.jsonl.gz');
const test = rowsOf('test.jsonl.gz');
// One half for the gates, the other for the numbers here.
const [gating, measuring] = [
  test.filter((_, i) => i % 2 === 0),
  test.filter((_, i) => i % 2 === 1),
];
const program = distillation({
  student: model,
  loss: crossEntropy(),
  optimizer: clipByGlobalNorm(adamw({ rate: cosine({ peak: 2e-3, warmup: 0.1 }) }), 1),
  batches: batches<Row, Batch>(training, { batchSize: 32, collator }),
  steps: 400,
});

const { students, seconds } = await train(program, { engine, seed: 1 });
const student = students['student']!;
console.log(`trained in ${seconds.toFixed(0)} s`);

const evidence = { inputs: inBatches(gating), labels: gating.map(({ label }) => label) };
const probes = inputsOf(gating.slice(0, 256));
const base = { engine, labels, probes, model: model.config };
const kinds = {
  float32: {},
  'int8 weight-only': { int8: evidence },
  'int8 dynamic': { int8: { ...evidence, mode: 'dynamic' } },
  '4 bit': { int4: evidence },
  '4 bit portable': { int4: { ...evidence, portable: true } },
} as const;

interface Loaded {
  readonly name: string;
  readonly sizeBytes: number;
  readonly session: ort.InferenceSession;
  readonly record: QuantisedRecord | undefined;
}
const loaded: Loaded[] = [];
let parameters = 0;
for (const [name, kind] of Object.entries(kinds)) {
  const { files, record } = await packStudent(student, { ...base, ...kind });
  parameters = record.parameters;
  const file =
    'int8' in kind
      ? 'onnx/model_quantized.onnx'
      : 'int4' in kind
        ? 'onnx/model_q4.onnx'
        : 'onnx/model.onnx';
  const bytes = files[file]!;
  loaded.push({
    name,
    sizeBytes: bytes.length,
    record: record.int8 ?? record.int4,
    session: await ort.InferenceSession.create(bytes, {
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }),
  });
}

const feedsOf = ({ ids, mask }: { ids: HostTensor<'int64'>; mask: HostTensor<'int64'> }) => ({
  input_ids: new ort.Tensor('int64', ids.data, [...ids.shape]),
  attention_mask: new ort.Tensor('int64', mask.data, [...mask.shape]),
});

async function classesOf(session: ort.InferenceSession): Promise<number[]> {
  const found: number[] = [];
  for (const batch of inBatches(measuring)) {
    const { logits } = await session.run(feedsOf(batch));
    const scores = logits!.data as Float32Array;
    for (let at = 0; at < scores.length; at += labels.length) {
      const own = scores.subarray(at, at + labels.length);
      found.push(own.indexOf(Math.max(...own)));
    }
  }
  return found;
}

/** Median milliseconds of each session, in turns. */
async function timesOf(rows: number): Promise<number[]> {
  const feeds = feedsOf(inputsOf(measuring.slice(0, rows)));
  const times = loaded.map((): number[] => []);
  for (let round = 0; round < 40; round++) {
    for (const [i, { session }] of loaded.entries()) {
      const start = performance.now();
      await session.run(feeds);
      if (round >= 5) times[i]!.push(performance.now() - start);
    }
  }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!);
}

const share = (of: readonly number[], like: readonly number[]): number =>
  of.filter((value, i) => value === like[i]).length / of.length;
const truth = measuring.map(({ label }) => label);
const float = await classesOf(loaded[0]!.session);
const [one, many] = [await timesOf(1), await timesOf(64)];
const rounded = (value: number): number => Number(value.toPrecision(3));
const rows = [];
for (const [i, { name, sizeBytes, session, record }] of loaded.entries()) {
  const found = await classesOf(session);
  rows.push({
    name,
    sizeBytes,
    accuracy: Number(share(found, truth).toFixed(4)),
    agreement: Number(share(found, float).toFixed(4)),
    gate:
      record === undefined
        ? null
        : {
            drop: rounded(record.drop),
            dropHigh: rounded(record.dropHigh),
            float32: record.keptFloat32.length,
            int8: record.keptInt8?.length ?? 0,
          },
    msBatch1: rounded(one[i]!),
    msBatch64: rounded(many[i]!),
  });
}
console.table(
  rows.map(({ gate, ...row }) => ({ ...row, drop: gate?.drop, dropHigh: gate?.dropHigh })),
);
if (process.argv.includes('--record')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const result = {
    data: `AG News: ${training.length} rows to train, ${gating.length} for the gates, ${measuring.length} measured`,
    parameters,
    threads: engine.threads,
    rows,
  };
  writeFileSync(new URL('export-modes.json', folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
await Promise.all(loaded.map(({ session }) => session.release()));
await engine.dispose();
