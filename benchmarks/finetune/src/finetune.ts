import { parseArgs } from 'node:util';
import { type HostTensor, type JsonObject, leaves, Rng } from '@limbeck/core';
import type { ExperimentResult } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { nodeEngine } from '@limbeck/runtime/node';
import { type Cell, cell } from './cells.js';
import { answers, encoderFolder, readEncoder } from './encoder.js';
import { experimentResult, type Measured, systems } from './result.js';
import { systemLines } from './results-page.js';
import { dataFolder, readReviews, shuffled, splitReviews } from './reviews.js';
import { adapters, mostTokens, rates, type Setting, smoke, whole } from './settings.js';
import { textEncoder } from './texts.js';
import { tuneAdapters, tuneAll, type Tuned } from './tune.js';
import { writeResult } from './write-result.js';

/** Runs the experiment, and writes its result unless it is a smoke test: of the seeds that the time was enough for. */
export async function finetune(given: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...given],
    options: {
      smoke: { type: 'boolean', default: false },
      seeds: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const base = values.smoke ? smoke : whole;
  const setting: Setting = {
    ...base,
    seeds: Number(values.seeds ?? base.seeds),
    minutes: Number(values.minutes ?? base.minutes),
  };
  console.log(`About ${values.smoke ? '5 seconds' : `${setting.seeds * 3} minutes`}.`);
  const result = await measure(setting, !values.smoke);
  for (const line of systemLines(result)) console.log(line);
  for (const { better, worse, difference, low, high } of result.comparisons) {
    console.log(
      `${better} against ${worse}: ${difference.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`,
    );
  }
  console.log(`reproduced: ${result.reproduced}`);
  if (!values.smoke) writeResult(result);
}

/** @param keeps - whether runs are kept, and taken from what was kept */
async function measure(setting: Setting, keeps: boolean): Promise<ExperimentResult> {
  const data = dataFolder();
  const reviews = await readReviews(data);
  const split = splitReviews(reviews.rows, setting.rows);
  const { bytes, model } = readEncoder(data);
  const encode = textEncoder(encoderFolder(data));
  const [train, heldOut] = [encode(split.train), encode(split.heldOut)];
  const weights = leaves<HostTensor>(model.init(Rng.from(0)).parameters).reduce(
    (total, [, { data: values }]) => total + values.length,
    0,
  );
  const engine = await nodeEngine();
  const ends = performance.now() + setting.minutes * 60_000;
  const judge = async (file: Uint8Array): Promise<number[]> =>
    (await answers(engine, file, heldOut, 64)).labels;
  const untuned = await judge(bytes);
  const cells: { readonly [name in Kind]: Cell[] } = { all: [], adapters: [], shuffled: [] };
  // The systems of one seed after another, so that a run that is cut short has whole seeds.
  for (let seed = 1; seed <= setting.seeds && (seed === 1 || performance.now() < ends); seed++) {
    const options = { engine, encoder: model, rows: train, setting, seed };
    const runs: { readonly [name in Kind]: () => Promise<Tuned> } = {
      all: () => tuneAll(options),
      adapters: () => tuneAdapters(options),
      shuffled: () => tuneAll({ ...options, rows: encode(shuffled(split.train, seed)) }),
    };
    for (const name of ['all', 'adapters', 'shuffled'] as const) {
      const key = cellKey(name, seed, reviews.sha256, setting);
      const make = async (): Promise<Cell> => {
        const { bytes: file, learnt, seconds, mergedGap = 0 } = await runs[name]();
        const labels = await judge(file);
        return { labels, learnt, seconds, sizeBytes: file.length, mergedGap };
      };
      const made = await (keeps ? cell(key, make) : make());
      cells[name].push(made);
      console.log(`seed ${seed}, ${systems[name]}: ${share(made.labels, heldOut)}`);
    }
  }
  await engine.dispose();
  const system = (name: Kind, role: Measured['role']): Measured => ({
    name: systems[name],
    role,
    answers: cells[name].map(({ labels }) => labels),
    learnt: cells[name][0]!.learnt,
    seconds: cells[name].reduce((total, { seconds }) => total + seconds, 0),
    sizeBytes: cells[name][0]!.sizeBytes,
    ...(name === 'adapters'
      ? { mergedGaps: cells.adapters.map(({ mergedGap }) => mergedGap) }
      : {}),
  });
  const all: Measured[] = [
    {
      name: systems.untuned,
      role: 'baseline',
      answers: cells.all.map(() => untuned),
      learnt: 0,
      seconds: 0,
      sizeBytes: bytes.length,
    },
    system('all', 'method'),
    system('adapters', 'method'),
    system('shuffled', 'shuffled-teacher'),
  ];
  return experimentResult(all, { reviews, split, setting, weights }, thisMachine(import.meta.url));
}

type Kind = 'all' | 'adapters' | 'shuffled';

/** All that a run depends on. */
function cellKey(name: Kind, seed: number, sha256: string, setting: Setting): JsonObject {
  const kind = name === 'adapters' ? 'adapters' : 'all';
  const { batchSize, rows, epochs } = setting;
  const { match, rank, table } = adapters;
  return {
    name,
    seed,
    data: { sha256, rows: String(rows), mostTokens },
    rate: rates[kind],
    epochs: epochs[kind],
    batchSize,
    adapters: kind === 'adapters' ? { match: String(match), rank, table } : null,
  };
}

function share(labels: readonly number[], rows: readonly { readonly label: number }[]): string {
  const right = labels.filter((label, i) => label === rows[i]!.label).length;
  return `${((100 * right) / rows.length).toFixed(1)}%`;
}
