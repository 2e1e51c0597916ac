// Installs the workspace, or the closure of one package, when what is there is not what the lockfile says.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pnpm } from './pnpm.mjs';
import { hashFiles, projects, readStamp, root, secondsSince, writeStamp } from './workspace.mjs';

const manifests = () => [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  '.pnpmfile.cjs',
  ...projects().flatMap((project) => [
    `${project}/package.json`,
    ...(project.startsWith('examples/') ? [`${project}/corpus/package.json`] : []),
  ]),
];

/** Whether pnpm's own record says that everything in the lockfile is installed. */
export function wholeIsInstalled() {
  const installed = path.join(root, 'node_modules', '.pnpm', 'lock.yaml');
  return (
    existsSync(installed) &&
    readFileSync(installed).equals(readFileSync(path.join(root, 'pnpm-lock.yaml')))
  );
}

/**
 * Installs everything, or only what the named package and its dependencies need.
 *
 * @param {string} [packageName] - whose closure; everything if left out
 * @returns {boolean} whether something was installed
 */
export function install(packageName) {
  const scope = packageName ?? 'everything';
  const hash = hashFiles(manifests());
  if (wholeIsInstalled() || (packageName && readStamp()[`install ${scope}`] === hash)) return false;
  const start = performance.now();
  console.log(`Installing ${packageName ? `what ${packageName} needs` : 'the workspace'} …`);
  const status = pnpm([
    'install',
    '--frozen-lockfile',
    '--ignore-scripts',
    '--prefer-offline',
    // Without development dependencies, the root's tools stay away too.
    ...(packageName ? ['--prod', '--filter', `${packageName}...`] : []),
  ]);
  if (status !== 0) {
    console.error(
      'The install failed. If a manifest was edited, run: node scripts/pnpm.mjs install --no-frozen-lockfile',
    );
    process.exit(status);
  }
  writeStamp({ [`install ${scope}`]: hash });
  console.log(`Installed in ${secondsSince(start)} s.`);
  return true;
}
