import { type Event, Rng } from '@limbeck/core';
import { readRecords } from '@limbeck/data/node';
import { distil, type DistilOptions, type Peer } from 'limbeck';
import type { DataSet, DataSetName } from './datasets.js';
import { mlLogisticRegression } from './peers/logistic-regression.js';
import { winkNaiveBayes } from './peers/naive-bayes.js';
import { tfjsBagOfWords } from './peers/tensorflow.js';
import { resultTable } from './table.js';

/** How a data set is run on. */
export interface RunOptions {
  /** A few rows and a few seconds, whose numbers mean nothing. */
  readonly smoke: boolean;
  /** The folder that holds the runs. */
  readonly folder?: string;
}

/** Rows of a small run. */
const smokeRows = 240;

/** Words that the slowest peer can go through, by data set: its time grows with rows × words × labels. */
const logisticWords = { spam: 600, sst2: 1000, trec: 500, banking77: 0 } as const;

/** Distils one data set, with its peers on the same split. */
export async function runOn(name: DataSetName, set: DataSet, { smoke, folder }: RunOptions) {
  const { title, source, license, data, validation, test, schema, ...columns } = set;
  const options: DistilOptions = {
    ...columns,
    data: smoke ? await someOf(data) : data,
    // A small run splits its few rows itself.
    ...(smoke || validation === undefined ? {} : { validation }),
    ...(smoke || test === undefined ? {} : { test }),
    leaks: 'drop',
    ...(schema === undefined ? {} : { schema }),
    name: smoke ? `${name}-smoke` : name,
    about: {
      title: smoke ? `${title} A small run, whose numbers mean nothing` : title,
      source,
      license,
      language: ['en'],
    },
    peers: peersFor(name, smoke),
    seeds: smoke ? [0] : [0, 1, 2],
    budgetSeconds: smoke ? 5 : 240,
    ...(smoke ? { families: ['ngram'] } : {}),
    ...(folder === undefined ? {} : { folder }),
    logger: { info: (line) => console.error(line), warn: (line) => console.error(line) },
    onEvent: progress(),
  };
  const { student, report, folder: run } = await distil(options);
  const [answer] = await student.predict(['Dear friend, you have won a prize of $5,000!']);
  await student.dispose();
  return { report, folder: run, table: resultTable(report), answer };
}

function peersFor(name: DataSetName, smoke: boolean): { readonly [name: string]: Peer } {
  const words = logisticWords[name];
  return {
    'naive Bayes (wink)': winkNaiveBayes(),
    ...(words === 0
      ? {}
      : { 'logistic regression (ml.js)': mlLogisticRegression(smoke ? 100 : words) }),
    'bag of words (tfjs)': tfjsBagOfWords(smoke ? 1 : 6),
  };
}

/** The same few rows each time. */
async function someOf(data: DataSet['data']): Promise<{ readonly [column: string]: unknown }[]> {
  const rows: { readonly [column: string]: unknown }[] = [];
  if (typeof data !== 'string') rows.push(...data);
  else for await (const row of readRecords(data)) rows.push(row);
  return Rng.from(0).stream('smoke').shuffle(rows).slice(0, smokeRows);
}

/** Progress as a line every few seconds. */
function progress(): (event: Event) => void {
  let lastMs = 0;
  return ({ kind, atMs, ...fields }) => {
    if (kind === 'distil/forecast') {
      const [family, perStep, seconds] = texts(fields, ['family', 'secondsPerStep', 'seconds']);
      console.error(
        `  ${family}: ${(1000 * Number(perStep)).toFixed(1)} ms a step, about ${Number(seconds).toFixed(0)} s`,
      );
    }
    if (kind !== 'train/step' || atMs - lastMs < 5000) return;
    lastMs = atMs;
    const [step, steps, left] = texts(fields, ['step', 'steps', 'secondsLeft']);
    console.error(`  step ${step}/${steps}  ${left} s left`);
  };
}

/** Fields of an event as text. */
function texts(fields: { readonly [name: string]: unknown }, names: readonly string[]): string[] {
  return names.map((name) => {
    const value = fields[name];
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
