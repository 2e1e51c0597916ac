// Writes the numbers of the README, between its two markers, from examples/code-language/results/report.json; with
// --check it fails where they differ instead. `npm start -- --record` ends with it. Nobody types a number.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { resultsSection } from './results-section.mjs';
import { readJson, root } from './workspace.mjs';

const begin = '<!-- results:begin -->';
const end = '<!-- results:end -->';
const results = 'examples/code-language/results';
const readme = path.join(root, 'README.md');

const source = readFileSync(readme, 'utf8');
const [from, to] = [source.indexOf(begin), source.indexOf(end)];
if (from < 0 || to < from) {
  console.error(`README.md has no ${begin} … ${end}.`);
  process.exit(1);
}
const body = existsSync(path.join(root, results, 'report.json'))
  ? resultsSection(readJson(`${results}/report.json`), (picture) =>
      existsSync(path.join(root, results, picture)),
    )
  : 'Nothing is recorded yet: run `npm start -- --record`.';
const written = `${source.slice(0, from)}${begin}\n\n${body}\n\n${source.slice(to)}`;

if (process.argv.includes('--check')) {
  if (written !== source) {
    console.error(
      'README.md does not hold the numbers of report.json. Run: node scripts/record-readme.mjs',
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(readme, written);
  console.log('README.md holds the numbers of report.json.');
}
