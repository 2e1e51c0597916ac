// Follows a page of docs/ word for word in a scratch copy of the working tree: runs every line of its `sh` blocks and
// writes every block whose fence names a file, in the order of the page. A fence that ends in `end` adds its block to the
// end of a file that is there. Fails where a command fails.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copyTree } from './copy-tree.mjs';
import { root } from './workspace.mjs';

/** The blocks of a page that tell to do something. */
function stepsOf(page) {
  return [...page.matchAll(/^```(\S+)(?: (\S+))?(?: (end))?\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, file, end, text]) => {
      if (file !== undefined) return [{ kind: end === undefined ? 'write' : 'add', file, text }];
      const lines = text.split('\n').filter(Boolean);
      return language === 'sh' ? lines.map((line) => ({ kind: 'run', line })) : [];
    },
  );
}

/** Writes a block, as a reader would put it into the editor. */
function write(scratch, { kind, file, text }) {
  const target = path.join(scratch, file);
  if (kind === 'add') {
    if (!existsSync(target)) throw new Error(`There is no ${file} to add to.`);
    appendFileSync(target, text);
    return;
  }
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Runs a line as a reader would type it; none of them holds shell syntax. */
function run(scratch, line) {
  const [command, ...args] = line.split(' ');
  const shell = process.platform === 'win32';
  const { status } = spawnSync(command, args, { cwd: scratch, stdio: 'inherit', shell });
  return status === 0;
}

/**
 * Follows `docs/<name>.md` and sets the exit code. With `--without N` on the command line step N, from 1 on, is left out: to
 * see that the page needs it.
 */
export function followPage(name) {
  const page = readFileSync(path.join(root, 'docs', `${name}.md`), 'utf8');
  const at = process.argv.indexOf('--without');
  const without = at < 0 ? undefined : Number(process.argv[at + 1]);
  // The real path: on macOS the temporary folder is a link, which would make two names of one module.
  const scratch = path.join(mkdtempSync(path.join(os.tmpdir(), `limbeck-${name}-`)), 'limbeck');
  let failed;
  try {
    console.log('Copying the working tree …');
    copyTree(scratch);
    const all = stepsOf(page);
    if (!all.some(({ kind }) => kind === 'write')) {
      throw new Error('The page has no blocks that name a file.');
    }
    for (const [i, step] of all.entries()) {
      const shown = step.kind === 'run' ? `$ ${step.line}` : `> ${step.kind} ${step.file}`;
      console.log(`\n${i + 1}. ${shown}`);
      if (i + 1 === without) console.log('Left out.');
      else if (step.kind !== 'run') write(scratch, step);
      else if (!run(scratch, step.line)) {
        failed = step.line;
        break;
      }
    }
    if (failed === undefined) console.log(`\nThe page holds: ${all.length} steps.`);
    else console.error(`\nThis line of docs/${name}.md fails: ${failed}`);
  } finally {
    rmSync(path.dirname(scratch), { recursive: true, force: true });
  }
  process.exitCode = failed === undefined ? 0 : 1;
}
