import os from 'node:os';
import { quantile, type ExperimentResult } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { nodeEngine } from '@limbeck/runtime/node';
import { toOnnx } from '@limbeck/tensor';
import { alternate, wayMetrics, waySystems } from './alternate.js';
import { systemLines } from './results-page.js';
import { type Sizes, tiny } from './sizes.js';
import { startWeights } from './start.js';
import { stepGraph } from './step-graph.js';
import { wayPlan } from './way-plan.js';
import { writeResult } from './write-result.js';

const aimMs = 1000;

/** Measures how long a training graph of 3,000 nodes takes to load; writes the file unless it was made smaller. */
export async function sessionCreation(args: readonly string[]): Promise<ExperimentResult> {
  const { smoke, ...plan } = wayPlan(args, { rounds: 10, blockSteps: 3 });
  const engine = await nodeEngine({ threads: os.availableParallelism() });
  try {
    const file = graphOf(smoke ? 300 : 3000);
    const [timed] = await alternate(
      [
        {
          name: 'training graph',
          role: 'method',
          factors: { nodes: String(file.nodeCount) },
          run: async () => {
            const runner = await engine.load(file);
            await runner.dispose();
          },
        },
      ],
      plan,
    );
    const high = quantile(timed!.stepMs, 0.95);
    const result: ExperimentResult = {
      formatVersion: 1,
      experiment: 'session-creation',
      claim: 'A session of a training graph of 3,000 nodes is created within a second.',
      command: 'pnpm --filter bench-engine bench --only session-creation',
      dataset: { name: 'an encoder of many layers, updates in the graph', rows: 1 },
      metrics: wayMetrics,
      systems: waySystems([timed!]),
      comparisons: [],
      reproduced: high < aimMs,
      note: `${file.nodeCount} nodes; letting the session go is a part of the time. All graph optimisations are on.`,
      machine: thisMachine(import.meta.url),
      finishedAt: new Date().toISOString(),
    };
    console.log(systemLines(result).join('\n'));
    if (!smoke) writeResult(result);
    return result;
  } finally {
    await engine.dispose();
  }
}

/** A step, updates included, of at least so many nodes: a small encoder with as many layers as it takes. */
function graphOf(nodes: number): ReturnType<typeof toOnnx> {
  for (let layers = 2; ; layers++) {
    const sizes: Sizes = { ...tiny, layers };
    const file = toOnnx(
      stepGraph(startWeights(sizes), { sizes, lookup: 'gather', clip: 1 }).outputs,
    );
    if (file.nodeCount >= nodes) return file;
  }
}
