// What the root scripts share: where things are, how to run one, and when an install or a build can be skipped.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace's root folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** A JSON file, by its path from the root. */
export const readJson = (file) => JSON.parse(readFileSync(path.resolve(root, file), 'utf8'));

/** Runs a program with inherited output (or as `options` say) and answers its exit status. */
export function run(command, args, options = {}) {
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/** Runs a JavaScript file with this Node. */
export const runNode = (args, options) => run(process.execPath, args, options);

/** The folders of the workspace's projects that exist, such as `packages/core`. */
export function projects(groups = ['packages', 'examples', 'benchmarks']) {
  return groups.flatMap((group) => {
    const folder = path.join(root, group);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${group}/${entry.name}`)
      .filter((project) => existsSync(path.join(root, project, 'package.json')))
      .sort();
  });
}

/** The files below a folder, as paths from the root with forward slashes, in sorted order. */
export function filesBelow(folder, keep = () => true) {
  const skipped = new Set(['node_modules', 'dist', '.turbo', '.limbeck', '.git', 'coverage']);
  const found = [];
  const walk = (relative) => {
    const absolute = path.join(root, relative);
    if (!existsSync(absolute)) return;
    for (const entry of readdirSync(absolute, { withFileTypes: true })) {
      const child = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) walk(child);
      } else if (keep(child)) found.push(child);
    }
  };
  walk(folder);
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** One sha256 over the names and bytes of files. */
export function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const absolute = path.join(root, file);
    hash.update(`${file}\0`).update(existsSync(absolute) ? readFileSync(absolute) : 'absent');
  }
  return hash.digest('hex');
}

const stampFile = path.join(root, 'node_modules', '.limbeck-stamp');

/** What was last installed and built: hashes by name. */
export function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    // None, or a damaged one: everything is installed and built again.
    return {};
  }
}

/** Notes what is now installed or built. */
export function writeStamp(changes) {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, `${JSON.stringify({ ...readStamp(), ...changes }, null, 2)}\n`);
}

/** Seconds since a time from `performance.now()`, with one decimal. */
export const secondsSince = (start) => ((performance.now() - start) / 1000).toFixed(1);

/** Builds packages (by folder), or all of them; answers the exit status. */
export const build = (packages = ['tsconfig.build.json']) =>
  runNode([path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', ...packages]);
