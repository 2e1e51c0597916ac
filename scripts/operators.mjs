// Writes docs/operators.md: what there is of every operator, found by trying each (packages/tensor/scripts/
// collect-operators.ts), and which methods use it (operators.json). With --check it writes
// nothing, and fails if the document would change. An empty cell without a stated reason fails in either case.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { operatorsDocument } from './operators-document.mjs';
import { filesBelow, readJson, root, runNode } from './workspace.mjs';

const document = path.join(root, 'docs', 'operators.md');
const notes = readJson('scripts/operators.json');
const faults = [];

/** What the collector finds. */
function collect() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-operators-'));
  const file = path.join(folder, 'operators.json');
  try {
    const status = runNode(
      [
        path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--silent',
        '--reporter=dot',
        '--config',
        'packages/tensor/scripts/operators.vitest.config.ts',
      ],
      { env: { ...process.env, LIMBECK_OPERATORS: file } },
    );
    if (status !== 0) throw new Error('The collector failed.');
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where descriptions of the methods lie beside the repository, each must be mapped, and no other. */
function checkSheets() {
  const folder = path.join(root, '..', 'shared', 'specs');
  if (!existsSync(folder)) return;
  const sheets = readdirSync(folder).filter((file) => file.endsWith('.md'));
  const names = sheets.map((file) => file.slice(0, -'.md'.length));
  const known = Object.keys(notes.methods);
  for (const name of names.filter((each) => !known.includes(each))) {
    faults.push(`operators.json does not say what ${name} uses`);
  }
  for (const name of known.filter((each) => !names.includes(each))) {
    faults.push(`operators.json names ${name}, of which there is no description`);
  }
}

/** Operators that are defined by their expansion, with the loops that may run in their place. */
function composites() {
  return filesBelow('packages/tensor/src/fused').flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const uses = text.matchAll(
      /= composite(?:<[^(]*>)?\(\{\s*name: '(\w+)',\s*(?:kernel: '(\w+)')?/g,
    );
    return Array.from(uses, ([, name, kernel]) => `| \`${name}\` | ${kernel ?? 'none'} |`);
  });
}

const found = collect();
checkSheets();
const { text, faults: more } = operatorsDocument(found, notes, composites());
faults.push(...more);
if (faults.length > 0) {
  for (const fault of faults) console.error(fault);
  process.exit(1);
}
if (!process.argv.includes('--check')) {
  writeFileSync(document, text);
} else if (!existsSync(document) || readFileSync(document, 'utf8') !== text) {
  console.error('docs/operators.md is not what the code says. Run: node scripts/operators.mjs');
  process.exit(1);
}
console.log(`${found.rows.length} rows, no cell without a value or a reason.`);
