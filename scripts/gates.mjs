// `pnpm gates` runs every gate after the tests; `pnpm gates lint types` only those. Ends with a table of seconds and
// the line `N passed, N failed, N skipped`. A gate that fails does not keep the others from running.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { install } from './install.mjs';
import { root, runNode, secondsSince } from './workspace.mjs';

const bin = (...parts) => path.join(root, 'node_modules', ...parts);
const script = (name) => path.join(root, 'scripts', name);
const tsc = bin('typescript', 'bin', 'tsc');

/** What is checked, in this order: cheap ones first; each is a list of commands for Node. */
const gates = {
  workspace: [
    [script('check-workspace.mjs')],
    [script('record-readme.mjs'), '--check'],
    [script('choose-a-student.mjs'), '--check'],
  ],
  format: [[bin('oxfmt', 'bin', 'oxfmt'), '--check']],
  lint: [[bin('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings']],
  types: [
    [tsc, '-b', 'tsconfig.build.json'],
    [tsc, '-p', 'tsconfig.tests.json'],
  ],
  imports: [
    [
      bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      ...['packages', 'examples', 'benchmarks'].filter((each) => existsSync(path.join(root, each))),
    ],
  ],
  knip: [[bin('knip', 'bin', 'knip.js'), '--no-config-hints']],
  sherif: [[bin('sherif', 'index.js')]],
  release: [[script('release-dry-run.mjs')]],
  footprint: [[script('footprint.mjs')]],
  install: [[script('check-install.mjs')]],
  api: [[script('api-reports.mjs')]],
  docs: [[script('check-docs.mjs')]],
  site: [[script('docs-site.mjs')]],
  operators: [[script('operators.mjs'), '--check']],
  code: [[script('check-code-blocks.mjs')]],
  tutorial: [[script('follow-add-a-loss.mjs')], [script('follow-add-a-metric.mjs')]],
  smoke: [[script('start.mjs'), '--smoke']],
  programs: [[script('test-programs.mjs'), '--times', '1', '--seeds', '1']],
  fresh: [[script('fresh-start.mjs')]],
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(gates, name));
if (unknown.length > 0) {
  console.error(
    `No gate is called ${unknown.join(', ')}. There are: ${Object.keys(gates).join(', ')}.`,
  );
  process.exit(2);
}

install();
const results = [];
for (const [name, commands] of Object.entries(gates)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`);
  const start = performance.now();
  // Every command runs, so that one report shows all faults.
  const failed = commands.filter((command) => runNode(command) !== 0).length;
  results.push({ gate: name, passed: failed === 0, seconds: secondsSince(start) });
}

console.log(`\n${'gate'.padEnd(12)}result   seconds`);
for (const { gate, passed, seconds } of results) {
  console.log(
    `${gate.padEnd(12)}${(passed ? 'passed' : 'FAILED').padEnd(9)}${seconds.padStart(7)}`,
  );
}
const passed = results.filter((result) => result.passed).length;
const failed = results.length - passed;
if (process.env['LIMBECK_GATES']) {
  writeFileSync(process.env['LIMBECK_GATES'], JSON.stringify({ passed, failed }));
}
console.log(`\n${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
