// Type-checks and runs every ```ts block of the READMEs, of docs/ and of doc comments, against the built packages, and
// compares what it prints with the comments behind its console.log calls:
//
//   console.log(2 + 2); // 4
//   for (const name of ['a', 'b']) console.log(name); // a
//   // b
//
// Comment lines right below go on with the output; an empty line ends it; … stands for anything within a line. A block
// marked `ts no-run` is only type-checked. All blocks see all packages of the workspace.
// Arguments pick files: node scripts/check-code-blocks.mjs packages/core
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { blocksOf, expectedOutput, matches } from './code-blocks.mjs';
import { build, filesBelow, projects, readJson, root, runNode } from './workspace.mjs';

const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const tsx = path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const scratch = path.join(root, '.limbeck', 'code-blocks');
const timeoutMs = 120_000;

/** The documents whose blocks are run. */
function documents() {
  const isDoc = (file) => file.endsWith('.md') && !file.endsWith('CHANGELOG.md');
  return [
    ...(existsSync(path.join(root, 'README.md')) ? ['README.md'] : []),
    ...filesBelow('docs', isDoc),
    ...projects().flatMap((project) => [
      ...(existsSync(path.join(root, project, 'README.md')) ? [`${project}/README.md`] : []),
      ...filesBelow(`${project}/src`, (file) => file.endsWith('.ts') && !file.includes('/gen/')),
    ]),
  ];
}

/** A node_modules folder in which every block finds every package of the workspace and what those depend on. */
function linkPackages() {
  const modules = path.join(scratch, 'node_modules');
  const link = (name, target) => {
    const place = path.join(modules, name);
    if (existsSync(place)) return;
    mkdirSync(path.dirname(place), { recursive: true });
    symlinkSync(target, place, 'junction');
  };
  for (const project of projects(['packages'])) {
    link(readJson(`${project}/package.json`).name, path.join(root, project));
  }
  for (const project of ['', ...projects(['packages', 'examples'])]) {
    const folder = path.join(root, project, 'node_modules');
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (name.startsWith('.')) continue;
      const inner = name.startsWith('@')
        ? readdirSync(path.join(folder, name)).map((child) => `${name}/${child}`)
        : [name];
      for (const each of inner) {
        const target = path.join(folder, each);
        if (existsSync(target)) link(each, realpathSync(target));
      }
    }
  }
}

/** Runs one block in a folder of its own; answers what it printed and how it ended. */
function runBlock(file) {
  return new Promise((resolve) => {
    const cwd = mkdtempSync(path.join(os.tmpdir(), 'limbeck-block-'));
    const child = spawn(process.execPath, [tsx, file], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error) => (stderr += error.message));
    child.on('close', (status) => {
      rmSync(cwd, { recursive: true, force: true });
      resolve({ status, stdout, stderr });
    });
  });
}

/** What is wrong with a block, or undefined. */
async function fault(block) {
  const { expected, silent } = expectedOutput(block.code);
  if (silent > 0) return `${silent} console.log without a comment that says what it prints`;
  const { status, stdout, stderr } = await runBlock(block.path);
  if (status !== 0) return `ended with status ${status ?? 'killed'}:\n${stdout}${stderr}`;
  const printed = stdout === '' ? [] : stdout.replace(/\r?\n$/, '').split(/\r?\n/);
  const agrees =
    printed.length === expected.length && printed.every((line, i) => matches(line, expected[i]));
  if (agrees) return undefined;
  const show = (lines) => lines.map((line) => `      ${line}`).join('\n');
  return `prints\n${show(printed)}\n    but its comments say\n${show(expected)}`;
}

const picks = process.argv.slice(2);
const all = documents()
  .filter((file) => picks.length === 0 || picks.some((pick) => file.startsWith(pick)))
  .flatMap((file) =>
    blocksOf(file, readFileSync(path.join(root, file), 'utf8')).map((block) => ({
      ...block,
      at: `${file}:${block.line}`,
      path: path.join(scratch, `${file.replaceAll(/[^\w-]+/g, '_')}-${block.line}.mts`),
    })),
  );

const faults = [];
const packages = picks.filter((pick) => projects(['packages']).includes(pick));
if (build(packages.length === picks.length && picks.length > 0 ? packages : undefined) !== 0) {
  faults.push('The build failed (above): the blocks ran on what was built before.');
}
rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });
linkPackages();
for (const block of all) {
  // A block is a module, also where it imports nothing.
  writeFileSync(
    block.path,
    /^\s*(?:import|export)\b/m.test(block.code) ? block.code : `${block.code}\nexport {};\n`,
  );
}
writeFileSync(
  path.join(scratch, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.base.json',
    compilerOptions: {
      composite: false,
      noEmit: true,
      types: ['node'],
      customConditions: [],
      incremental: false,
      declaration: false,
      declarationMap: false,
    },
    include: ['*.mts'],
  }),
);

if (all.length > 0 && runNode([tsc, '-p', scratch]) !== 0)
  faults.push('some blocks do not compile (above)');
const queue = all.filter((block) => block.run);
await Promise.all(
  Array.from({ length: Math.min(4, os.availableParallelism()) }, async () => {
    for (let block = queue.shift(); block; block = queue.shift()) {
      const wrong = await fault(block);
      if (wrong) faults.push(`${block.at} ${wrong}`);
    }
  }),
);

for (const each of faults) console.error(each);
console.log(`${all.length} code blocks, ${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
