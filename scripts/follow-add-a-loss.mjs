// Follows docs/add-a-loss.md word for word in a scratch copy of the working tree: runs every line of its `sh` blocks and
// writes every block whose fence names a file, in the order of the page. Fails where a command fails.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projects, root } from './workspace.mjs';

const page = readFileSync(path.join(root, 'docs', 'add-a-loss.md'), 'utf8');
// The real path: on macOS the temporary folder is a link, which would make two names of one module.
const scratch = path.join(mkdtempSync(path.join(os.tmpdir(), 'limbeck-add-a-loss-')), 'limbeck');

/** The working tree without what git ignores, with the installed packages and the builds of the checkout. */
function copyTree() {
  const listed = spawnSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`);
  for (const file of listed.stdout.split('\0').filter(Boolean)) {
    const from = path.join(root, file);
    if (existsSync(from)) cpSync(from, path.join(scratch, file), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(scratch, 'node_modules'), 'junction');
  for (const project of projects()) {
    for (const folder of ['dist', 'node_modules']) {
      const from = path.join(root, project, folder);
      // Links stay as they are: relative ones lead to the copy's own packages.
      const options = { recursive: true, verbatimSymlinks: true, force: true };
      if (existsSync(from)) cpSync(from, path.join(scratch, project, folder), options);
    }
  }
}

/** The blocks of the page that tell to do something. */
function steps() {
  return [...page.matchAll(/^```(\S+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, file, text]) => {
      if (file !== undefined) return [{ kind: 'write', file, text }];
      const lines = text.split('\n').filter(Boolean);
      return language === 'sh' ? lines.map((line) => ({ kind: 'run', line })) : [];
    },
  );
}

/** Runs a line as a reader would type it; none of them holds shell syntax. */
function run(line) {
  const [command, ...args] = line.split(' ');
  const shell = process.platform === 'win32';
  const { status } = spawnSync(command, args, { cwd: scratch, stdio: 'inherit', shell });
  return status === 0;
}

let failed;
try {
  console.log('Copying the working tree …');
  copyTree();
  const all = steps();
  if (!all.some(({ kind }) => kind === 'write'))
    throw new Error('The page has no blocks that name a file.');
  for (const step of all) {
    if (step.kind === 'write') {
      console.log(`\n> write ${step.file}`);
      mkdirSync(path.dirname(path.join(scratch, step.file)), { recursive: true });
      writeFileSync(path.join(scratch, step.file), step.text);
    } else {
      console.log(`\n$ ${step.line}`);
      if (!run(step.line)) {
        failed = step.line;
        break;
      }
    }
  }
  if (failed === undefined) console.log(`\nThe page holds: ${all.length} steps.`);
  else console.error(`\nThis line of docs/add-a-loss.md fails: ${failed}`);
} finally {
  rmSync(path.dirname(scratch), { recursive: true, force: true });
}
process.exitCode = failed === undefined ? 0 : 1;
