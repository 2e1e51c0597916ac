import os from 'node:os';
import { parseArgs } from 'node:util';
import type { ExperimentResult } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { type Contestant, names } from './contestants.js';
import { type Measured, measure } from './measure.js';
import { productsOf, totalFlops } from './products.js';
import type { SystemOptions } from './protocol.js';
import { nodeCommand } from './remote-system.js';
import { systemLines } from './results-page.js';
import { full, tiny } from './sizes.js';
import { ceilings, lowest, stepMetrics, stepSystems } from './step-systems.js';
import { type TaskName, taskOf } from './tasks/task.js';
import { writeResult } from './write-result.js';

/** What is said of a task that Limbeck runs alone. */
interface TaskCard {
  readonly experiment: string;
  readonly claim: string;
  readonly dataset: ExperimentResult['dataset'];
  readonly note: string;
  /** The share of the ceiling that the claim asks for; 0 where it asks for none. */
  readonly share: number;
  /** The size of a step, and that of a small one. */
  readonly batch: readonly [whole: number, smoke: number];
}

const cards: { readonly [task in Exclude<TaskName, 'encoder'>]: TaskCard } = {
  resnet: {
    experiment: 'resnet-step',
    claim:
      'A training step of ResNet-20 reaches at least 0.3 of the rate of its own products alone.',
    dataset: { name: 'random images, seed 1', rows: 4 * 64 },
    note:
      'ResNet-20, batches of 64 images of 32 x 32, momentum with decay. A convolution counts as the product that it is ' +
      'once every window lies in a row of its own; in the ceiling it runs as that product. tfjs has no gradient of a ' +
      'convolution by its weights on WASM, so no system on Node stands beside it.',
    share: 0.3,
    batch: [64, 4],
  },
  gcn: {
    experiment: 'gcn-step',
    claim:
      "A training step of graph convolutions on a graph of PubMed's sizes runs, and says what it takes.",
    dataset: { name: "a random graph of PubMed's sizes, seed 1", rows: 19_717 },
    note:
      '19,717 nodes, 44,324 edges, 500 features, 16 hidden units, 3 classes, Adam, all nodes in one step. Sums over ' +
      'neighbours are no products, so their work is not counted and the share of the ceiling is that of the rest.',
    share: 0,
    batch: [1, 0.01],
  },
};

/** Measures a task beside its own products alone, prints it, and writes its file unless it was made smaller. */
export async function taskStep(
  task: Exclude<TaskName, 'encoder'>,
  args: readonly string[],
  conditions: readonly string[] = ownConditions(),
): Promise<ExperimentResult> {
  const { values } = parseArgs({
    args: [...args].filter((arg) => arg !== '--'),
    options: {
      smoke: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      patience: { type: 'string' },
      threads: { type: 'string' },
    },
  });
  const { smoke } = values;
  const card = cards[task];
  const threads = Number(values.threads ?? os.availableParallelism());
  const sizes = { ...(smoke ? tiny : full), batch: card.batch[smoke ? 1 : 0] };
  const options = { task, sizes, threads, lookup: 'gather' } as const;
  const onNode = (name: string, system: SystemOptions['system']): Contestant => ({
    name,
    role: system === 'limbeck' ? 'method' : 'reference',
    lookup: 'gather',
    command: nodeCommand({ ...options, system }, conditions),
  });
  const measured = await measure(
    [onNode(names.limbeck, 'limbeck'), onNode(names.products, 'products')],
    {
      firstSteps: 3,
      rounds: Number(values.rounds ?? (smoke ? 2 : 9)),
      blockMs: smoke ? 10 : 1500,
      patienceSeconds: Number(values.patience ?? (smoke ? 0 : 600)),
      log: console.log,
    },
  );
  const result = taskResult(card, measured, { ...options, system: 'limbeck' });
  console.log(systemLines(result).join('\n'));
  if (!smoke) writeResult(result);
  return result;
}

function taskResult(
  card: TaskCard,
  measured: readonly Measured[],
  options: SystemOptions,
): ExperimentResult {
  const { outputs, batches } = taskOf(options);
  const products = productsOf(outputs, batches[0]);
  const own = measured.find(({ contestant }) => contestant.name === names.limbeck)!;
  const alone = measured.find(({ contestant }) => contestant.name === names.products)!;
  const systems = stepSystems({
    measured,
    ceiling: ceilings(alone, products),
    gflop: () => totalFlops(products) / 1e9,
    rival: () => own,
  });
  const { experiment, claim, dataset, note, share } = card;
  return {
    formatVersion: 1,
    experiment,
    claim,
    command: `pnpm --filter bench-engine bench --only ${experiment}`,
    dataset,
    metrics: stepMetrics,
    systems,
    comparisons: [],
    reproduced: lowest(systems, names.limbeck, 'shareOfCeiling') >= share,
    note,
    machine: thisMachine(import.meta.url),
    finishedAt: new Date().toISOString(),
  };
}

/** The conditions under which this process resolves packages, for the processes that it starts. */
export function ownConditions(): string[] {
  return process.execArgv.flatMap((flag) => /^--conditions=(.*)$/.exec(flag)?.[1] ?? []);
}
