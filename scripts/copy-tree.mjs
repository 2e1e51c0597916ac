// A scratch copy of the working tree, in which commands may change what they like.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { projects, root } from './workspace.mjs';

/** Copies the working tree without what git ignores, with the installed packages and the builds of the checkout. */
export function copyTree(scratch) {
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
