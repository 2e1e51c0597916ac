import os from 'node:os';
import { parseArgs } from 'node:util';
import { compare, type ExperimentResult, meanMetric, quantile } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import type { Engine, Runner } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  allPasses,
  forwardInputs,
  type Pass,
  simplify,
  toOnnx,
  topologicalOrder,
} from '@limbeck/tensor';
import { undisturbed } from './other-load.js';
import { encoderGradients, type PassGraph, vocabularyHead } from './pass-graphs.js';
import { systemLines } from './results-page.js';
import { batchCount, full, tiny } from './sizes.js';
import { writeResult } from './write-result.js';

/** A graph after some passes, ready to run. */
interface Stage {
  readonly name: string;
  readonly graph: PassGraph;
  readonly runner: Runner;
  readonly factors: { readonly [name: string]: string };
  readonly stepMs: number[];
  readonly cpuMs: number[];
}

/** Measures both graphs after each pass, prints them, and writes the file unless it was made smaller. */
export async function passes(args: readonly string[]): Promise<ExperimentResult> {
  const { values } = parseArgs({
    args: [...args].filter((arg) => arg !== '--'),
    options: {
      smoke: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      patience: { type: 'string' },
    },
  });
  const sizes = values.smoke ? tiny : full;
  const rounds = Number(values.rounds ?? (values.smoke ? 2 : 10));
  const patience = Number(values.patience ?? (values.smoke ? 0 : 600));
  const engine = await nodeEngine({ threads: os.availableParallelism() });
  try {
    const graphs = [encoderGradients(sizes), vocabularyHead(sizes)];
    const stages: Stage[] = [];
    for (const graph of graphs) stages.push(...(await stagesOf(graph, engine)));
    await alternate(stages, rounds, Date.now() + patience * 1000);
    const result = resultOf(stages, graphs, sizes.batch);
    console.log(systemLines(result).join('\n'));
    if (!values.smoke) writeResult(result);
    return result;
  } finally {
    await engine.dispose();
  }
}

async function stagesOf(graph: PassGraph, engine: Engine): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  for (let count = 0; count <= allPasses.length; count++) {
    const chosen = allPasses.slice(0, count);
    const name = count === 0 ? 'dead code alone' : `+ ${chosen.at(-1)!.name}`;
    stages.push(await stageOf(name, graph, chosen, engine));
  }
  return stages;
}

async function stageOf(
  name: string,
  graph: PassGraph,
  chosen: readonly Pass[],
  engine: Engine,
): Promise<Stage> {
  const made = topologicalOrder(Object.values(graph.outputs)).length;
  const [simple, simplifyMs] = timed(() => simplify(graph.outputs, chosen));
  const [file, writeMs] = timed(() => toOnnx(graph.outputs, { passes: chosen }));
  const start = performance.now();
  const runner = await engine.load(file);
  const factors = {
    graph: graph.name,
    made: String(made),
    nodes: String(topologicalOrder(Object.values(simple), forwardInputs).length),
    onnxNodes: String(file.nodeCount),
    simplifyMs: simplifyMs.toFixed(0),
    writeMs: writeMs.toFixed(0),
    sessionMs: (performance.now() - start).toFixed(0),
  };
  return { name: `${graph.name} ${name}`, graph, runner, factors, stepMs: [], cpuMs: [] };
}

function timed<R>(run: () => R): readonly [R, number] {
  const start = performance.now();
  const result = run();
  return [result, performance.now() - start];
}

/** Runs of a block, the first of which warms up. */
const blockRuns = 4;

async function alternate(
  stages: readonly Stage[],
  rounds: number,
  deadline: number,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const { graph, runner, stepMs, cpuMs } of stages) {
      const all = Object.entries(graph.feeds(round)).filter(([name]) => name in runner.inputs);
      const feeds = Object.fromEntries(all);
      const { result } = await undisturbed(
        () => block(runner, feeds),
        () => 0,
        deadline,
      );
      stepMs.push(quantile(result.stepMs, 0.5));
      cpuMs.push(quantile(result.cpuMs, 0.5));
    }
  }
}

async function block(
  runner: Runner,
  feeds: Parameters<Runner['run']>[0],
): Promise<{ readonly stepMs: readonly number[]; readonly cpuMs: readonly number[] }> {
  const [stepMs, cpuMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < blockRuns; i++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await runner.run(feeds);
    stepMs.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
  }
  return { stepMs: stepMs.slice(1), cpuMs: cpuMs.slice(1) };
}

function resultOf(
  stages: readonly Stage[],
  graphs: readonly PassGraph[],
  batch: number,
): ExperimentResult {
  const metric = meanMetric('stepMs', false, (list: readonly number[]) => Float64Array.from(list));
  const rows = ({
    name,
    stepMs,
  }: Stage): { name: string; rows: ReturnType<typeof metric.rows> } => ({
    name,
    rows: metric.rows(stepMs, undefined),
  });
  // All passes against none, for each graph.
  const comparisons = graphs.map((graph) => {
    const own = stages.filter((stage) => stage.graph === graph);
    const { sentence: _, ...comparison } = compare(metric, rows(own.at(-1)!), rows(own[0]!));
    return comparison;
  });
  const rounded = (list: readonly number[]): number[] => list.map((v) => Number(v.toPrecision(4)));
  const last = new Set(graphs.map((graph) => stages.findLast((stage) => stage.graph === graph)));
  return {
    formatVersion: 1,
    experiment: 'passes',
    claim: 'The passes make both graphs faster.',
    command: 'pnpm --filter bench-engine bench --only passes',
    dataset: { name: 'random token ids, seed 1', rows: batchCount * batch },
    metrics: { stepMs: { higherIsBetter: false }, cpuSeconds: { higherIsBetter: false } },
    systems: stages.map((stage) => ({
      name: stage.name,
      role: last.has(stage) ? 'method' : 'baseline',
      factors: stage.factors,
      values: {
        stepMs: rounded(stage.stepMs),
        cpuSeconds: rounded(stage.cpuMs.map((ms) => ms / 1000)),
      },
      seconds: Number((stage.stepMs.reduce((a, b) => a + b, 0) / 1000).toPrecision(4)),
    })),
    comparisons,
    reproduced: comparisons.every(({ low }) => low > 0),
    note:
      'Loss and gradients of the encoder of encoder-step.json, and of a vocabulary head of its size with cross-entropy; each ' +
      'row has one pass more than the one above it, all in one process and alternating. A value is a round’s median. ' +
      `Fastest rounds, in ms: ` +
      `${stages.map(({ name, stepMs }) => `${name} ${quantile(stepMs, 0).toFixed(1)}`).join(', ')}.`,
    machine: thisMachine(import.meta.url),
    finishedAt: new Date().toISOString(),
  };
}
