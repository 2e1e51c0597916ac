// Packs every package and asks publint and are-the-types-wrong whether what would be published can be used.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pack } from './pack.mjs';
import { build, projects, readJson, root } from './workspace.mjs';

if (build() !== 0) process.exit(1);

const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-pack-'));
const folders = new Map(
  projects(['packages']).map((project) => [readJson(`${project}/package.json`).name, project]),
);
const tarballs = pack([...folders.keys()], folder);
const attw = path.join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
let faults = 0;

for (const [name, project] of folders) {
  const { messages } = await publint({
    pkgDir: path.join(root, project),
    strict: true,
    pack: false,
  });
  const manifest = readJson(`${project}/package.json`);
  for (const message of messages) {
    faults++;
    console.error(`${name}: publint: ${formatMessage(message, manifest)}`);
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [attw, tarballs[name], '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    faults++;
    console.error(`${name}: are-the-types-wrong:\n${stdout}${stderr}`);
  }
}

rmSync(folder, { recursive: true, force: true });
console.log(`${folders.size} packages packed and checked, ${faults} faults.`);
process.exitCode = faults === 0 ? 0 : 1;
