// What the training programs' runs say, as files, as a page and as a table.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare, type Comparison, type ExperimentResult, meanMetric } from '@limbeck/evaluators';
import { readExperiments, thisMachine, writeExperiment } from '@limbeck/evaluators/node';
import { programs } from '../test/programs/index.js';
import type { TrainingProgram } from '../test/programs/support/training-program.js';

/** One run's number, and what it took. */
interface Run {
  readonly score: number;
  /** The measure of each item of the test set, in the same order in all runs. */
  readonly items: readonly number[];
  readonly seconds: number;
  readonly sizeBytes: number;
}

/** The runs of a program, one a seed, with its idea and without. */
export interface Measured {
  readonly program: TrainingProgram;
  readonly on: readonly Run[];
  readonly off: readonly Run[];
}

const area = path.resolve(import.meta.dirname, '../../../benchmarks/programs');
const command = 'pnpm test:programs --write';

/** What a run must reach. */
function bar({ measure: { floor, higherIsBetter } }: TrainingProgram): number {
  return floor.value + (higherIsBetter ? floor.margin : -floor.margin);
}

/** By how much the idea helps: seeds and the items of the test set are resampled. */
function helps({ program, on, off }: Measured): Comparison {
  const { metric: name, higherIsBetter } = program.measure;
  const metric = meanMetric(name, higherIsBetter, (scores: readonly number[]) =>
    Float64Array.from(scores),
  );
  const rows = (label: string, runs: readonly Run[]) => ({
    name: label,
    rows: runs.map(({ items }) => metric.rows(items, undefined)),
  });
  const { idea } = program;
  const { sentence: _, ...comparison } = compare(metric, rows(idea.on, on), rows(idea.off, off));
  return comparison;
}

/** What the interval allows to say. */
function verdict({ low, high }: { readonly low: number; readonly high: number }): string {
  if (low > 0) return 'the idea helps';
  return high < 0
    ? 'the idea does harm at this size'
    : 'the idea makes no sure difference at this size';
}

/** The result's file of a program. */
export function experimentOf(measured: Measured): ExperimentResult {
  const { program, on, off } = measured;
  const { metric, higherIsBetter, floor } = program.measure;
  const least = bar(program);
  const comparison = on.length > 1 ? helps(measured) : undefined;
  const system = (name: string, role: 'method' | 'baseline', runs: readonly Run[]) => ({
    name,
    role,
    factors: { on: program.features.join(', ') },
    values: { [metric]: runs.map(({ score }) => score) },
    seconds: Math.round(runs.reduce((sum, { seconds }) => sum + seconds, 0) * 10) / 10,
    ...(runs[0] === undefined ? {} : { sizeBytes: runs[0].sizeBytes }),
  });
  return {
    formatVersion: 1,
    experiment: program.name,
    claim: `${program.method}. In every seed ${metric} is ${higherIsBetter ? 'at least' : 'at most'} ${show(least)}, which beats ${floor.what} (${show(floor.value)}) by ${show(floor.margin)}.`,
    command,
    dataset: program.dataset,
    metrics: { [metric]: { higherIsBetter } },
    systems: [
      system(program.idea.on, 'method', on),
      system(program.idea.off, 'baseline', off),
      {
        name: floor.what,
        role: 'reference',
        factors: {},
        values: { [metric]: [floor.value] },
        seconds: 0,
      },
    ],
    comparisons: comparison === undefined ? [] : [comparison],
    reproduced: on.every(({ score }) => (higherIsBetter ? score >= least : score <= least)),
    note:
      comparison === undefined
        ? 'One seed: too few to tell whether the idea helps.'
        : `Beside the same program without its idea, over ${on.length} seeds: ${verdict(comparison)}.`,
    machine: thisMachine(import.meta.url),
    finishedAt: new Date().toISOString(),
  };
}

const show = (value: number): string => Number(value.toFixed(4)).toString();

/** One row a program: what it reaches with its idea, without, and at least. */
export function tableOf(all: readonly Measured[]): string {
  const rows = all.map((measured) => rowOf(experimentOf(measured)));
  return [headings, ...rows].map((cells) => cells.join(' | ')).join('\n');
}

const headings = [
  'program',
  'metric',
  'with its idea',
  'without',
  'difference',
  'must reach',
  'above its floor',
  'on in the runs',
];

function rowOf(result: ExperimentResult): string[] {
  const [on, off, floor] = result.systems;
  const metric = Object.keys(result.metrics)[0]!;
  const list = (system: typeof on): string =>
    `${system!.name}: ${system!.values[metric]!.map((value) => value.toFixed(3)).join(', ')}`;
  const [found] = result.comparisons;
  const least = / (?:least|most) ([\d.]+)/.exec(result.claim)?.[1] ?? '';
  return [
    result.experiment,
    arrowed(result),
    list(on),
    list(off),
    found === undefined
      ? '–'
      : `${found.difference.toFixed(3)} (${found.low.toFixed(3)} to ${found.high.toFixed(3)}): ${verdict(found)}`,
    `${least}, ${floor!.name} being ${show(floor!.values[metric]![0]!)}`,
    result.reproduced ? 'yes' : 'NO',
    on!.factors['on'] || '–',
  ];
}

/** A metric with the way that is better. */
function arrowed({ metrics }: ExperimentResult): string {
  const [name, way] = Object.entries(metrics)[0]!;
  return `${name} ${way.higherIsBetter ? '↑' : '↓'}`;
}

/** Writes the files, and from all files that there are the page and the table of the programs' README. */
export function writeResults(results: readonly ExperimentResult[]): void {
  for (const result of results) writeExperiment(area, result);
  const found = new Map(readExperiments(area).map((result) => [result.experiment, result]));
  const all = programs.flatMap(({ name }) => found.get(name) ?? []);
  writeFileSync(path.join(area, 'RESULTS.md'), pageOf(all));
  const readme = path.resolve(import.meta.dirname, '../test/programs/README.md');
  const text = readFileSync(readme, 'utf8');
  writeFileSync(
    readme,
    text.replace(/<!-- table -->[^]*<!-- end -->/, () => readmeTable(all)),
  );
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The table of the README: what was seen. */
export function readmeTable(results: readonly ExperimentResult[]): string {
  const titles = ['program', 'metric', 'with its idea', 'without', 'seen'];
  const rows = results.map((result) => {
    const [on, off] = result.systems;
    const metric = Object.keys(result.metrics)[0]!;
    const mean = ({ name, values }: NonNullable<typeof on>): string => {
      const all = values[metric]!;
      return `${(all.reduce((a, b) => a + b, 0) / all.length).toFixed(3)} (${name})`;
    };
    const [found] = result.comparisons;
    const file = `[${result.experiment}](${result.experiment}.ts)`;
    const said = found === undefined ? '–' : verdict(found);
    return row([file, arrowed(result), mean(on!), mean(off!), said]);
  });
  const lines = [row(titles), row(titles.map(() => '---')), ...rows];
  return ['<!-- table -->', '', ...lines, '', '<!-- end -->'].join('\n');
}

/** The page of the area. */
export function pageOf(results: readonly ExperimentResult[]): string {
  const table = [
    row(headings),
    row(headings.map(() => '---')),
    ...results.map((result) => row(rowOf(result))),
  ];
  const parts = results.map(({ experiment, claim, dataset, note, systems, metrics, ...result }) => {
    const { seconds, values } = systems[0]!;
    const each = seconds / values[Object.keys(metrics)[0]!]!.length;
    const { cpu, node, onnxruntime } = result.machine;
    return [
      `## ${experiment}`,
      '',
      `${claim} ${note ?? ''}`,
      '',
      `${dataset.name}, ${dataset.rows.toLocaleString('en')} rows; ${each.toFixed(1)} s of the processor a run, on ${cpu}, Node ${node}, ONNX Runtime ${onnxruntime}, ${result.finishedAt.slice(0, 10)}.`,
      '',
    ].join('\n');
  });
  return [
    '# Training programs: results',
    '',
    `Written by \`${command}\` from the files in \`results/\`. A difference is that of the means, with its 95% interval over seeds and test items; above 0 is better with the idea.`,
    '',
    ...table,
    '',
    ...parts,
  ].join('\n');
}
