import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExperimentResult } from '@limbeck/evaluators';
import { readExperiments, writeExperiment } from '@limbeck/evaluators/node';
import { resultsPage } from './results-page.js';

const area = path.resolve(import.meta.dirname, '..');

/** Writes an experiment's file into results/, and the page anew. */
export function writeResult(result: ExperimentResult): void {
  console.log(`Written: ${writeExperiment(area, result)}`);
  writePage();
}

/** Builds RESULTS.md from the files in results/. */
export function writePage(): void {
  const page = path.join(area, 'RESULTS.md');
  writeFileSync(page, resultsPage(readExperiments(area)));
  console.log(`Written: ${page}`);
}
