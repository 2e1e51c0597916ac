// `pnpm --filter bench-engine results`: builds RESULTS.md from the files in results/.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseExperimentResult } from '@limbeck/evaluators';
import { resultsPage } from './src/results-page.js';

const folder = new URL('./results/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const results = files
  .sort()
  .map((file) => parseExperimentResult(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))));
writeFileSync(new URL('./RESULTS.md', import.meta.url), resultsPage(results));
