import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ExperimentResult,
  experimentResultJson,
  parseExperimentResult,
} from '@limbeck/evaluators';
import { resultsPage } from './results-page.js';

const folder = new URL('../results/', import.meta.url);
const page = new URL('../RESULTS.md', import.meta.url);

/** Writes the experiment's file into results/, and the page anew. */
export function writeResult(result: ExperimentResult): void {
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${result.experiment}.json`, folder);
  writeFileSync(file, experimentResultJson(result));
  console.log(`Written: ${fileURLToPath(file)}`);
  writePage();
}

/** Builds RESULTS.md from the files in results/. */
export function writePage(): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const results = files
    .sort()
    .map((name) => parseExperimentResult(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))));
  writeFileSync(page, resultsPage(results));
  console.log(`Written: ${fileURLToPath(page)}`);
}
