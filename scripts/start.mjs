// `npm start`: installs what examples/code-language needs, builds it, and runs it. What follows `--` goes to the
// example: npm start -- --smoke | --record | --teacher vscode | --try FILE
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { install, wholeIsInstalled } from './install.mjs';
import { transpile } from './transpile.mjs';
import {
  build,
  filesBelow,
  hashFiles,
  projects,
  readJson,
  readStamp,
  root,
  runNode,
  secondsSince,
  writeStamp,
} from './workspace.mjs';

const example = 'code-language';
const folder = path.join(root, 'examples', example);

/** The packages that a project's manifest leads to, by folder. */
function closure(project) {
  const byName = new Map(
    projects().map((other) => [readJson(`${other}/package.json`).name, other]),
  );
  const seen = new Set([project]);
  for (const member of seen) {
    const { dependencies = {} } = readJson(`${member}/package.json`);
    for (const name of Object.keys(dependencies)) if (byName.has(name)) seen.add(byName.get(name));
  }
  return [...seen].filter((member) => member.startsWith('packages/'));
}

/** Builds the packages that the example imports, unless their sources are those of the last build. */
async function buildClosure() {
  const members = closure(`examples/${example}`);
  const hash = hashFiles([
    'tsconfig.base.json',
    ...members.flatMap((member) => [
      `${member}/tsconfig.json`,
      `${member}/package.json`,
      ...filesBelow(`${member}/src`),
    ]),
  ]);
  const there = members.every((member) => existsSync(path.join(root, member, 'dist', 'index.js')));
  if (there && readStamp()[`build ${example}`] === hash) return;
  const start = performance.now();
  console.log(`Building ${members.length} packages …`);
  // Where TypeScript is installed, its own record of what is built must stay true.
  if (wholeIsInstalled()) {
    const status = build(members);
    if (status !== 0) process.exit(status);
  } else await transpile(members, folder);
  writeStamp({ [`build ${example}`]: hash });
  console.log(`Built in ${secondsSince(start)} s.`);
}

install(example);
await buildClosure();
const tsx = createRequire(path.join(folder, 'package.json')).resolve('tsx/cli');
const child = spawn(
  process.execPath,
  [tsx, path.join(folder, 'main.ts'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
// Ctrl-C reaches the example too, which saves first: wait for it.
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => {});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  if (code === 0 && process.argv.includes('--record')) {
    process.exitCode = runNode([path.join(root, 'scripts', 'record-readme.mjs')]);
  }
});
