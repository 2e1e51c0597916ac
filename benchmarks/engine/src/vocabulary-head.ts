import os from 'node:os';
import { hostTensor } from '@limbeck/core';
import type { ExperimentResult } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { nodeEngine } from '@limbeck/runtime/node';
import { concat, input, type Tensor, toOnnx } from '@limbeck/tensor';
import { alternate, fasterWay, ratios, type Way, wayMetrics, waySystems } from './alternate.js';
import { type PassGraph, vocabularyHead as headGraph } from './pass-graphs.js';
import { systemLines } from './results-page.js';
import { full, type Sizes, tiny } from './sizes.js';
import { wayPlan } from './way-plan.js';
import { writeResult } from './write-result.js';

/** How many times as long as its products the head may take. */
const aim = 1.2;

/** Measures the head beside its products, prints both, and writes the file unless it was made smaller. */
export async function vocabularyHead(args: readonly string[]): Promise<ExperimentResult> {
  const { smoke, ...plan } = wayPlan(args, { rounds: 12, blockSteps: 5 });
  const sizes = smoke ? tiny : full;
  const engine = await nodeEngine({ threads: os.availableParallelism() });
  try {
    const way = async (graph: PassGraph, role: Way['role'], fetch: string): Promise<Way> => {
      const file = toOnnx(graph.outputs);
      const runner = await engine.load(file);
      return {
        name: graph.name,
        role,
        factors: { nodes: String(file.nodeCount) },
        run: async (round) => void (await runner.run(graph.feeds(round), [fetch])),
      };
    };
    const head = { ...headGraph(sizes), name: 'head with cross-entropy' };
    const [whole, alone] = await alternate(
      [await way(head, 'method', 'loss'), await way(products(sizes, head), 'reference', 'corners')],
      plan,
    );
    const { middle, high } = ratios(whole!, (round) => alone!.stepMs[round]!);
    const result: ExperimentResult = {
      formatVersion: 1,
      experiment: 'vocabulary-head',
      claim: `Cross-entropy over a vocabulary, forward and backward, takes at most ${aim} times its three products.`,
      command: 'pnpm --filter bench-engine bench --only vocabulary-head',
      dataset: { name: 'random rows and labels, seed 1', rows: sizes.batch * sizes.tokens },
      metrics: wayMetrics,
      systems: waySystems([whole!, alone!]),
      comparisons: [fasterWay(alone!, whole!)],
      reproduced: high <= aim,
      note:
        `${sizes.batch * sizes.tokens} rows of ${sizes.width}, a vocabulary of ${sizes.vocabulary}. The head takes ` +
        `${middle.toFixed(2)} times its products (median over the rounds; at most ${high.toFixed(2)} in 95 of 100).`,
      machine: thisMachine(import.meta.url),
      finishedAt: new Date().toISOString(),
    };
    console.log(systemLines(result).join('\n'));
    console.log(result.note);
    if (!smoke) writeResult(result);
    return result;
  } finally {
    await engine.dispose();
  }
}

/** x W, and both gradients from slopes that are given. */
function products({ batch, tokens, vocabulary }: Sizes, head: PassGraph): PassGraph {
  const rows = batch * tokens;
  const { x: left, table: right } = head.feeds(0);
  const x = input('x', { dtype: 'float32', shape: left!.shape });
  const table = input('table', { dtype: 'float32', shape: right!.shape });
  const slopes = input('slopes', { dtype: 'float32', shape: [rows, vocabulary] });
  const all = [
    x.matmul(table),
    slopes.matmul(table, { transposeB: true }),
    x.matmul(slopes, { transposeA: true }),
  ];
  // One number of each is brought out, so that nothing large is copied.
  const corner = (y: Tensor): Tensor => y.slice(0, 0, 1).slice(1, 0, 1);
  const data = new Float32Array(rows * vocabulary).fill(1 / vocabulary);
  const fed = { x: left!, table: right!, slopes: hostTensor('float32', [rows, vocabulary], data) };
  return {
    name: 'three products',
    outputs: { corners: concat(all.map(corner)) },
    feeds: () => fed,
  };
}
