import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ExperimentResult } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { withPage } from '../../../../test-support/chromium.js';
import { servePage } from '../../../../test-support/page-server.js';
import { findChromium } from '../../../../test-support/requires.js';
import { checkLosses } from '../check-losses.js';
import { productsOf } from '../products.js';
import type { Products } from '../result.js';
import { systemLines } from '../results-page.js';
import { full, type Lookup, type Sizes, tiny } from '../sizes.js';
import { startWeights } from '../start.js';
import { stepGraph } from '../step-graph.js';
import { writeResult } from '../write-result.js';
import { bundlePage } from './bundle.js';
import { pageContestants } from './contestants.js';
import { measurePages } from './measure-pages.js';
import { pageResult } from './page-result.js';

/** The folder of a package's built files. */
const distOf = (name: string): string => {
  const entry = createRequire(import.meta.url).resolve(name);
  return path.join(entry.slice(0, entry.lastIndexOf(`${path.sep}dist${path.sep}`)), 'dist');
};

function productsOfSizes(sizes: Sizes): Products {
  const weights = startWeights(sizes);
  const of = (lookup: Lookup): Products['gather'] =>
    productsOf(stepGraph(weights, { sizes, lookup }).outputs);
  return { gather: of('gather'), 'one-hot': of('one-hot') };
}

/** Runs the experiment as its command line says, prints it, and writes its file unless it was made smaller. */
export async function browserStep(
  args: readonly string[],
  conditions: readonly string[] = [],
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
  const { path: browser, missing } = findChromium();
  if (browser === undefined) throw new Error(`The benchmark needs chromium: ${missing}.`);
  const sizes = smoke ? tiny : full;
  const threads = Number(values.threads ?? os.availableParallelism());
  const ort = distOf('onnxruntime-web');
  const served = await servePage({
    packages: [path.dirname(ort)],
    folders: {
      'onnxruntime-web': ort,
      'tfjs-backend-wasm': distOf('@tensorflow/tfjs-backend-wasm'),
    },
    files: { '/page.js': await bundlePage(conditions) },
  });
  try {
    return await withPage(browser, async ({ page, context }) => {
      const open = async (): Promise<typeof page> => {
        const opened = await context.newPage();
        await opened.goto(served.url);
        await opened.addScriptTag({ type: 'module', url: '/page.js' });
        return opened;
      };
      const measured = await measurePages(pageContestants(sizes, threads), open, {
        firstSteps: smoke ? 3 : 2,
        rounds: Number(values.rounds ?? (smoke ? 2 : 7)),
        blockMs: smoke ? 10 : 1500,
        patienceSeconds: Number(values.patience ?? (smoke ? 0 : 600)),
        log: console.log,
      });
      checkLosses(measured);
      const version = context.browser()?.version() ?? (await page.evaluate('navigator.userAgent'));
      const machine = { ...thisMachine(import.meta.url), browser: `Chromium ${String(version)}` };
      const result = pageResult(measured, productsOfSizes(sizes), sizes, machine);
      console.log(systemLines(result).join('\n'));
      if (!smoke) writeResult(result);
      return result;
    });
  } finally {
    await served.close();
  }
}
