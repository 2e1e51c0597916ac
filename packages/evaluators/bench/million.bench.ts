// Metrics over a million items against scikit-learn and NumPy, where Python has them: both get the same numbers and take
// turns, so that a busy moment hits both. With --record the result is kept in results/million.json.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Rng } from '@limbeck/core';
import {
  auc,
  averagePrecision,
  meanMetric,
  ndcg,
  type Qrels,
  quantile,
  resample,
  type Run,
} from '@limbeck/evaluators';

const small = process.argv.includes('--smoke');
const items = small ? 10_000 : 1_000_000;
const queries = items / 100;
const resamples = 5;
const rounds = small ? 1 : 11;

const rng = Rng.from(1);
const positives = Float64Array.from({ length: items }, () => (rng.uniform() < 0.3 ? 1 : 0));
const scores = positives.map((y) => y + rng.normal());
const grades = Float64Array.from({ length: items }, () => rng.integer(4));

// Objects by query and document are what our nDCG reads, arrays what scikit-learn's does: each has its own ready.
const table = (numbers: Float64Array): Run =>
  Object.fromEntries(
    Array.from({ length: queries }, (_, q) => [
      `q${q}`,
      Object.fromEntries(
        Array.from(numbers.subarray(100 * q, 100 * q + 100), (number, d) => [`d${d}`, number]),
      ),
    ]),
  );
const [run, qrels]: [Run, Qrels] = [table(scores), table(grades)];
const mean = meanMetric<Float64Array, undefined>('mean', true, (numbers) => numbers);
const deviation = (values: Float64Array): number => {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
};

const ours: { readonly [task: string]: () => number } = {
  auc: () => auc().value(auc().rows(scores, positives)),
  averagePrecision: () => averagePrecision().value(averagePrecision().rows(scores, positives)),
  ndcg: () => ndcg().value(ndcg().rows(run, qrels)),
  'bootstrap of a mean': () =>
    deviation(resample(mean, [mean.rows(scores, undefined)], { resamples, rng })[0]!),
  'bootstrap of AUC': () =>
    deviation(resample(auc(), [auc().rows(scores, positives)], { resamples, rng })[0]!),
};

const python = spawnSync('/usr/bin/python3', ['-c', 'import sklearn']).status === 0;
if (!python) console.log('There is no scikit-learn for /usr/bin/python3: our times stand alone.');
const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-million-'));
try {
  for (const [name, numbers] of Object.entries({ scores, positives, grades })) {
    writeFileSync(path.join(folder, name), numbers);
  }
  const peer = python ? await startPeer() : undefined;
  const tasks = [];
  for (const [task, ofOurs] of Object.entries(ours)) {
    const times = { ours: [] as number[], theirs: [] as number[] };
    for (let round = -1; round < rounds; round++) {
      const us = (): number => {
        const start = performance.now();
        const value = ofOurs();
        if (round >= 0) times.ours.push(performance.now() - start);
        return value;
      };
      const them = async (): Promise<number> => {
        const { ms, value } = await peer!.ask(task);
        if (round >= 0) times.theirs.push(ms);
        return value;
      };
      // Each goes first every other round.
      const first = round % 2 === 0 ? us() : undefined;
      const theirs = peer === undefined ? undefined : await them();
      const value = first ?? us();
      // Resamples are drawn differently, so only the metrics themselves must be the same.
      if (
        theirs !== undefined &&
        !task.startsWith('bootstrap') &&
        Math.abs(theirs - value) > 1e-9
      ) {
        throw new Error(`${task}: ours is ${value}, theirs ${theirs}`);
      }
    }
    const at = (ms: readonly number[], share: number): number | undefined =>
      ms.length === 0 ? undefined : Number(quantile(ms, share).toPrecision(3));
    const [oursMs, theirsMs] = [at(times.ours, 0.5), at(times.theirs, 0.5)];
    // The best of the rounds is the least disturbed by what else runs.
    const [oursBestMs, theirsBestMs] = [at(times.ours, 0), at(times.theirs, 0)];
    const timesFaster =
      theirsBestMs === undefined ? undefined : Number((theirsBestMs / oursBestMs!).toPrecision(3));
    tasks.push({ task, oursMs, theirsMs, oursBestMs, theirsBestMs, timesFaster });
  }
  console.log(
    `${items} items, ${queries} queries of 100 documents, ${resamples} resamples, medians and best of ${rounds}:`,
  );
  console.table(tasks);
  if (process.argv.includes('--record')) {
    const results = new URL('results/', import.meta.url);
    mkdirSync(results, { recursive: true });
    const versions = peer?.versions;
    const machine = {
      cpu: os.cpus()[0]?.model.trim(),
      cores: os.availableParallelism(),
      node: process.version,
    };
    const result = { items, queries, resamples, rounds, tasks, versions, machine };
    writeFileSync(new URL('million.json', results), `${JSON.stringify(result, undefined, 2)}\n`);
  }
  peer?.stop();
} finally {
  rmSync(folder, { recursive: true });
}

/** A Python process that has read the numbers. */
async function startPeer() {
  const script = fileURLToPath(new URL('million_peer.py', import.meta.url));
  const child = spawn('/usr/bin/python3', [script, folder, String(queries), String(resamples)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('The peer ended.');
    return JSON.parse(value) as unknown;
  };
  return {
    versions: await next(),
    async ask(task: string) {
      child.stdin.write(`${task}\n`);
      return (await next()) as { readonly ms: number; readonly value: number };
    },
    stop: () => child.stdin.end(),
  };
}
