// Does the README's section "In your project" word for word, with packages as they would be published: from an empty folder
// the lines of its shell blocks are run, blocks whose fence names a file are written, and programs are run and must print what
// their comments say. Our packages come from tarballs; onnxruntime-node is linked, which spares its download.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expectedOutput, matches } from './code-blocks.mjs';
import { installSteps } from './install-steps.mjs';
import { pack } from './pack.mjs';
import { npm } from './pnpm.mjs';
import { build, projects, readJson, root } from './workspace.mjs';

// A draft may be named instead: node scripts/check-install.mjs draft.md
const readme = path.resolve(root, process.argv[2] ?? 'README.md');
const steps = installSteps(readFileSync(readme, 'utf8'), 'In your project');
if (steps.length === 0 || build() !== 0) process.exit(1);

const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-install-'));
const consumer = path.join(folder, 'consumer');
mkdirSync(consumer);
const names = projects(['packages']).map((project) => readJson(`${project}/package.json`).name);
const tarballs = pack(names, path.join(folder, 'tarballs'));
const file = (target) => `file:${target.replaceAll('\\', '/')}`;
const engine = realpathSync(path.join(root, 'packages/runtime/node_modules/onnxruntime-node'));
const local = {
  ...Object.fromEntries(names.map((name) => [name, file(tarballs[name])])),
  'onnxruntime-node': file(engine),
};
// What npm would find in its registry, for packages that come along.
const named = new Set(steps.flatMap(({ words = [] }) => words));
const overrides = Object.fromEntries(
  names.filter((name) => !named.has(name)).map((name) => [name, local[name]]),
);
writeFileSync(path.join(consumer, 'package.json'), JSON.stringify({ private: true, overrides }));

/** Runs a program of the page with tsx; answers why it is wrong, or undefined. */
function runProgram(name, code) {
  const own = path.join(consumer, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const tsx = existsSync(own) ? own : path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const { status, stdout } = spawnSync(process.execPath, [tsx, name], {
    cwd: consumer,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  process.stdout.write(stdout);
  if (status !== 0) return `${name} ends with status ${status}`;
  const printed = stdout.trimEnd().split(/\r?\n/);
  const { expected } = expectedOutput(code);
  if (stdout.trim() === '') return `${name} prints nothing`;
  const missing = expected.find((line) => !printed.some((each) => matches(each, line)));
  return missing === undefined ? undefined : `${name} does not print: ${missing}`;
}

/** Does one step; answers why it is wrong, or undefined. */
function follow(step) {
  switch (step.kind) {
    case 'write':
      mkdirSync(path.dirname(path.join(consumer, step.file)), { recursive: true });
      writeFileSync(path.join(consumer, step.file), step.text);
      return undefined;
    case 'program':
      writeFileSync(path.join(consumer, step.file), step.text);
      return step.later ? undefined : runProgram(step.file, step.text);
    case 'tsx':
      return runProgram(step.file, readFileSync(path.join(consumer, step.file), 'utf8'));
    default: {
      const [command, ...words] = step.words;
      const args = words.map((word) => local[word] ?? word);
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      const options = { cwd: consumer, stdio: ['ignore', 'ignore', 'inherit'] };
      const status =
        command === 'npx'
          ? npm(['exec', '--yes', '--', ...args], options)
          : npm(/^(?:install|i)$/.test(args[0]) ? [...args, ...quiet] : args, options);
      return status === 0 ? undefined : `${step.words.join(' ')} ends with status ${status}`;
    }
  }
}

let fault;
let programs = 0;
for (const step of steps) {
  console.log(step.words ? `$ ${step.words.join(' ')}` : `> ${step.file}`);
  fault = follow(step);
  if (fault !== undefined) break;
  if (step.kind === 'tsx' || (step.kind === 'program' && !step.later)) programs++;
}
if (fault === undefined && programs === 0) fault = 'it runs no program';
rmSync(folder, { recursive: true, force: true });
if (fault !== undefined) console.error(`In your project: ${fault}.`);
console.log(`In an empty folder the README's section ${fault === undefined ? 'holds' : 'fails'}.`);
process.exitCode = fault === undefined ? 0 : 1;
