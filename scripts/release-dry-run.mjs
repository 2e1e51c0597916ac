// A release as it would be, up to the upload: in a scratch copy the versions are raised and the changelogs written, every
// package is packed and looked at by publint and are-the-types-wrong, all tarballs are installed by npm in an empty folder,
// and there every entry point is imported and a student predicts, on each Node that is supported.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyTree } from './copy-tree.mjs';
import { npm } from './pnpm.mjs';
import { tryRelease } from './try-release.mjs';
import { build, readJson, root, runNode, secondsSince } from './workspace.mjs';

/** The binaries are npm packages for Linux on x64; elsewhere the Node at hand is the one that is tried. */
const nodes = ['20.19.0', '22.23.3', '24.21.0'];

const start = performance.now();
const faults = [];
const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-release-'));
const copy = path.join(folder, 'limbeck');
const inCopy = { cwd: copy };
const step = (title) => console.log(`${secondsSince(start).padStart(5)} s  ${title}`);

/** Raises the versions in the copy; answers the packages' names and versions. */
function raiseVersions() {
  // The changelogs ask git which commit brought a changeset.
  for (const args of [
    ['init', '-q'],
    ['add', '.changeset'],
    ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '-m', 'Changesets'],
  ]) {
    spawnSync('git', args, inCopy);
  }
  const changesets = readdirSync(path.join(copy, '.changeset')).filter((name) =>
    /^[^A-Z].*\.md$/.test(name),
  );
  const bin = path.join(root, 'node_modules', '@changesets', 'cli', 'bin.js');
  if (runNode([bin, 'version'], { ...inCopy, stdio: ['ignore', 'ignore', 'inherit'] }) !== 0) {
    faults.push('changeset version failed');
  }
  const left = readdirSync(path.join(copy, '.changeset')).filter((name) =>
    changesets.includes(name),
  );
  if (left.length > 0) faults.push(`changeset version left ${left.join(', ')}`);
  const packages = readdirSync(path.join(copy, 'packages')).map((name) => {
    const manifest = JSON.parse(
      readFileSync(path.join(copy, 'packages', name, 'package.json'), 'utf8'),
    );
    const before = readJson(`packages/${name}/package.json`).version;
    const changelog = readFile(path.join(copy, 'packages', name, 'CHANGELOG.md'));
    if (manifest.version === before) faults.push(`no changeset raises ${manifest.name}`);
    else if (before.startsWith('0.') && !manifest.version.startsWith('0.')) {
      faults.push(`${manifest.name} would leap from ${before} to ${manifest.version}`);
    }
    if (!changelog.includes(`## ${manifest.version}`)) {
      faults.push(`the changelog of ${manifest.name} says nothing of ${manifest.version}`);
    }
    return { name: manifest.name, version: manifest.version };
  });
  return { packages, changesets: changesets.length };
}

function readFile(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Without the file there is nothing in it, and the caller says so.
    return '';
  }
}

try {
  if (build() !== 0) throw new Error('The build failed.');
  step('copying the working tree');
  mkdirSync(copy);
  copyTree(copy);
  const { packages, changesets } = raiseVersions();
  const versions = new Set(packages.map(({ version }) => version));
  step(`${changesets} changesets raise ${packages.length} packages to ${[...versions].join(', ')}`);

  const { pack } = await import(pathToFileURL(path.join(copy, 'scripts', 'pack.mjs')).href);
  const tarballs = pack(
    packages.map(({ name }) => name),
    path.join(folder, 'tarballs'),
  );
  step('packed');
  const { lintPackages } = await import(
    pathToFileURL(path.join(copy, 'scripts', 'lint-packages.mjs')).href
  );
  faults.push(...(await lintPackages(tarballs)));
  step('looked at by publint and are-the-types-wrong');

  const consumer = path.join(folder, 'consumer');
  faults.push(...tryRelease({ consumer, packages, tarballs, nodes: onThisSystem(), npm, step }));
} catch (error) {
  faults.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(`Release: ${fault}`);
console.log(
  `A release would ${faults.length === 0 ? 'go out' : 'fail'}: ${secondsSince(start)} s.`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

function onThisSystem() {
  if (process.platform === 'linux' && process.arch === 'x64') return nodes;
  console.log(`Only Node ${process.version} is tried: npm has the others for Linux on x64.`);
  return [];
}
