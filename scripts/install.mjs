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

/** Whether the last install had development tools, which a closure's install would throw away. */
function isWorkshop() {
  const record = path.join(root, 'node_modules', '.modules.yaml');
  return existsSync(record) && /devDependencies"?: true/.test(readFileSync(record, 'utf8'));
}

/**
 * Installs everything, or only what the named package and its dependencies need.
 *
 * @param {string} [packageName] - whose closure; everything if left out, or if everything was installed before
 * @returns {boolean} whether something was installed
 */
export function install(packageName) {
  const closure = packageName !== undefined && !isWorkshop();
  const scope = closure ? packageName : 'everything';
  const hash = hashFiles(manifests());
  if (wholeIsInstalled() || (closure && readStamp()[`install ${scope}`] === hash)) return false;
  const start = performance.now();
  console.log(`Installing ${closure ? `what ${packageName} needs` : 'the workspace'} …`);
  const status = pnpm([
    'install',
    '--frozen-lockfile',
    '--ignore-scripts',
    '--prefer-offline',
    // Between the two sizes pnpm starts node_modules anew; it would ask first.
    '--config.confirmModulesPurge=false',
    // Without development dependencies, the root's tools stay away too.
    ...(closure
      ? ['--prod', '--filter', `${packageName}...`, '--filter', `${packageName}-corpus`]
      : []),
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
