import os from 'node:os';
import { parseArgs } from 'node:util';
import type { ExperimentResult } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { checkLosses } from './check-losses.js';
import { contestants, names, type Setting } from './contestants.js';
import { measure } from './measure.js';
import { productsOf } from './products.js';
import { experimentResult, type Products } from './result.js';
import { systemLines } from './results-page.js';
import { full, type Sizes, tiny } from './sizes.js';
import { startWeights } from './start.js';
import { writeStart } from './start-files.js';
import { stepGraph } from './step-graph.js';
import { ownConditions } from './task-step.js';
import { writeResult } from './write-result.js';

/** Runs the experiment as its command line says, prints it, and writes its file unless it was made smaller. */
export async function encoderStep(
  args: readonly string[],
  conditions: readonly string[] = ownConditions(),
): Promise<ExperimentResult> {
  const { values } = parseArgs({
    args: [...args].filter((arg) => arg !== '--'),
    options: {
      smoke: { type: 'boolean', default: false },
      clip: { type: 'string' },
      rounds: { type: 'string' },
      patience: { type: 'string' },
      threads: { type: 'string' },
      batch: { type: 'string' },
    },
  });
  const { smoke } = values;
  const usual = smoke ? tiny : full;
  const sizes = { ...usual, batch: Number(values.batch ?? usual.batch) };
  // Training clips; 0 measures the step without.
  const clip = Number(values.clip ?? 1);
  const start = await writeStart(sizes);
  const setting: Setting = {
    sizes,
    threads: Number(values.threads ?? os.availableParallelism()),
    ...(clip === 0 ? {} : { clip }),
    conditions,
    startFile: start.file,
  };
  try {
    const all = contestants(setting);
    if (!all.some(({ name }) => name === names.torch)) console.log('PyTorch: absent');
    const rounds = Number(values.rounds ?? (smoke ? 2 : 7));
    const measured = await measure(all, {
      firstSteps: smoke ? 3 : 2,
      rounds,
      blockMs: smoke ? 10 : 1500,
      patienceSeconds: Number(values.patience ?? (smoke ? 0 : 600)),
      log: console.log,
    });
    checkLosses(measured);
    const result = experimentResult(
      measured,
      products(sizes),
      setting,
      thisMachine(import.meta.url),
    );
    console.log(systemLines(result).join('\n'));
    if (!smoke && values.clip === undefined) writeResult(result);
    return result;
  } finally {
    await start.remove();
  }
}

function products(sizes: Sizes): Products {
  const weights = startWeights(sizes);
  const of = (lookup: 'gather' | 'one-hot'): Products['gather'] =>
    productsOf(stepGraph(weights, { sizes, lookup }).outputs);
  return { gather: of('gather'), 'one-hot': of('one-hot') };
}
