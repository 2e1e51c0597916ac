// Writes the tables of docs/choose-a-student.md, between its two markers, from the reports that examples committed; with
// --check it fails where they differ instead. Nobody types a number.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { studentTables } from './student-tables.mjs';
import { readJson, root } from './workspace.mjs';

const begin = '<!-- students:begin -->';
const end = '<!-- students:end -->';
const page = path.join(root, 'docs', 'choose-a-student.md');

/** The reports, by the file that they stand in. */
function reports() {
  const own = 'examples/your-own-labels/results';
  const files = existsSync(path.join(root, own))
    ? readdirSync(path.join(root, own))
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => `${own}/${name}`)
    : [];
  return ['examples/code-language/results/report.json', ...files]
    .filter((file) => existsSync(path.join(root, file)))
    .map((file) => ({ file, report: readJson(file) }))
    .filter(({ report }) => Array.isArray(report.systems));
}

const source = readFileSync(page, 'utf8');
const [from, to] = [source.indexOf(begin), source.indexOf(end)];
if (from < 0 || to < from) {
  console.error(`docs/choose-a-student.md has no ${begin} … ${end}.`);
  process.exit(1);
}
const written = `${source.slice(0, from)}${begin}\n\n${studentTables(reports())}\n\n${source.slice(to)}`;
if (process.argv.includes('--check')) {
  if (written !== source) {
    console.error(
      'docs/choose-a-student.md does not hold the numbers of the reports. Run: node scripts/choose-a-student.mjs',
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, written);
  console.log('docs/choose-a-student.md holds the numbers of the reports.');
}
